// What the browser says of a ceremony (WebAuthn section 5.8.1). The library checks it again, all but what stands here.
import { type Refused, refused } from './fault.ts'

/**
 * Reads `clientDataJSON`. A page in a frame of another origin is refused: these pages are never framed (S-51), and whoever
 * frames another page of this site must not get passkeys through it (S-26).
 */
export const readClientData = (text: string): { readonly ok: true; readonly challenge: string } | Refused => {
  const data = parse(Buffer.from(text, 'base64url').toString('utf8'))
  if (typeof data?.challenge !== 'string') return refused('malformed')
  if ((data.crossOrigin ?? false) !== false || data.topOrigin !== undefined) return refused('cross_origin')
  return { ok: true, challenge: data.challenge }
}

const parse = (text: string): Record<string, unknown> | null => {
  try {
    const data: unknown = JSON.parse(text)
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : null
  } catch {
    return null
  }
}
