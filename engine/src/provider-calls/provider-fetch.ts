// What others' code asks of a provider (oauth4webapi by `customFetch`, a profile's reader), through the one client.
import type { ProviderRequest } from './attempt.ts'
import type { ProviderClient, ProviderFailure, SendOptions } from './provider-client.ts'

/** A call that did not come to an answer that can be used: what the person is told, and when it is worth another try. */
export class ProviderCallError extends Error {
  override readonly name = 'ProviderCallError'
  readonly code: ProviderFailure['error']
  /** Of the answer that can't be used; null where there was none. */
  readonly status: number | null
  readonly retryAfterSeconds: number | null

  constructor({ error, retryAfterSeconds }: Pick<ProviderFailure, 'error' | 'retryAfterSeconds'>, status?: number) {
    super(status === undefined ? error : `${error}: status ${status}`)
    this.code = error
    this.status = status ?? null
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/**
 * The client as a `fetch` for oauth4webapi. Rejects with a `ProviderCallError` where there is no answer to take.
 *
 * @example
 * await authorizationCodeGrantRequest(as, client, auth, params, uri, verifier, {
 *   [customFetch]: providerFetch(discord, { repeatable: false, leftMs: call.leftMs }),
 * })
 */
export const providerFetch =
  (client: ProviderClient, options: SendOptions) =>
  async (asking: string | Request, init: RequestInit = {}): Promise<Response> => {
    const { url, method, headers: asked, body: form } = new Request(asking, init)
    const answer = await client.send(
      {
        url,
        method: method as ProviderRequest['method'],
        headers: Object.fromEntries(asked),
        // Texts and forms: what these flows send.
        body: form ? await new Response(form).text() : undefined,
      },
      options,
    )
    if (!answer.ok) throw new ProviderCallError(answer)
    const { status, headers, body } = answer
    return new Response([204, 205, 304].includes(status) ? null : body, { status, headers })
  }

/**
 * Reads JSON at the provider with a person's token. Rejects with a `ProviderCallError`: `provider_unavailable`, or
 * `provider_refused` with the status where the answer is no JSON or not 200.
 *
 * @example
 * const read = readJsonWith(discord, accessToken, { leftMs: call.leftMs })
 * const me = await read('https://discord.com/api/users/@me')
 */
export const readJsonWith =
  (client: ProviderClient, accessToken: string, options: Omit<SendOptions, 'repeatable'> = {}) =>
  async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> => {
    const request = { url, headers: { ...headers, Authorization: `Bearer ${accessToken}` } }
    const answer = await client.send(request, { ...options, repeatable: true })
    if (!answer.ok) throw new ProviderCallError(answer)
    const refused = new ProviderCallError({ error: 'provider_refused', retryAfterSeconds: null }, answer.status)
    if (answer.status !== 200) throw refused
    try {
      return JSON.parse(new TextDecoder().decode(answer.body))
    } catch {
      throw refused
    }
  }
