// What a provider says of its limits: `Retry-After` (RFC 9110, section 10.2.3) and the fields that Discord adds.

export type LimitWords = {
  /** From a refusal: when it may be asked again. Null: it does not say. */
  readonly retryAfterMs: number | null
  /** The refusal is for all that this application asks, not for one route. */
  readonly isGlobal: boolean
  /** From any answer: nothing more is allowed on this route for so long. */
  readonly usedUpForMs: number | null
}

/** @param now is taken where a date is given and the answer itself has none. */
export const readLimitWords = (
  { status, headers, body }: { readonly status: number; readonly headers: Headers; readonly body: Uint8Array },
  now: number,
): LimitWords => {
  const resetAfterMs = seconds(headers.get('x-ratelimit-reset-after'))
  const usedUpForMs = headers.get('x-ratelimit-remaining') === '0' ? resetAfterMs : null
  const retryAfterMs = retryAfter(headers, now)
  if (status !== 429) return { retryAfterMs, isGlobal: false, usedUpForMs }
  const said = discordRefusal(body)
  return {
    retryAfterMs: retryAfterMs ?? resetAfterMs ?? said.retryAfterMs,
    isGlobal: headers.get('x-ratelimit-global') === 'true' || said.isGlobal,
    usedUpForMs,
  }
}

const retryAfter = (headers: Headers, now: number): number | null => {
  const text = headers.get('retry-after')
  const inSeconds = seconds(text)
  if (text === null || inSeconds !== null) return inSeconds
  // What else Date takes for a date is none of the protocol's.
  const at = text.endsWith('GMT') ? Date.parse(text) : Number.NaN
  if (!Number.isFinite(at)) return null
  // By the provider's own clock, where it tells the time: ours may differ.
  const from = Date.parse(headers.get('date') ?? '')
  return Math.max(0, at - (Number.isFinite(from) ? from : now))
}

const seconds = (text: string | null): number | null =>
  text !== null && /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Math.ceil(Number(text) * 1_000) : null

const discordRefusal = (body: Uint8Array): Pick<LimitWords, 'retryAfterMs' | 'isGlobal'> => {
  try {
    const said: unknown = JSON.parse(new TextDecoder().decode(body))
    if (typeof said !== 'object' || said === null) return { retryAfterMs: null, isGlobal: false }
    const after = 'retry_after' in said && typeof said.retry_after === 'number' ? `${said.retry_after}` : null
    return { retryAfterMs: seconds(after), isGlobal: 'global' in said && said.global === true }
  } catch {
    return { retryAfterMs: null, isGlobal: false }
  }
}
