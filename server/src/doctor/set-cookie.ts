// A `Set-Cookie` line, as it came.

const partsOf = (line: string): readonly string[] => line.split(';').map((part) => part.trim())

export const nameOf = (line: string): string => partsOf(line)[0]?.split('=')[0] ?? ''
export const contentOf = (line: string): string => partsOf(line)[0]?.split('=').slice(1).join('=') ?? ''
export const pairOf = (line: string): string => `${nameOf(line)}=${contentOf(line)}`
export const attributesOf = (line: string): readonly string[] => partsOf(line).slice(1)

export const has = (line: string, wanted: RegExp): boolean => attributesOf(line).some((one) => wanted.test(one))

/** A browser replaces a cookie by one of the same name, path and domain alone (RFC 6265bis section 5.7). */
export const placeOf = (line: string): string =>
  [nameOf(line), ...attributesOf(line).filter((one) => /^(path|domain)=/i.test(one))].sort().join(';')

export const isCleared = (line: string): boolean => has(line, /^max-age=0$/i)

/** An access token (JWT) or a refresh token. */
export const isSession = (line: string): boolean => /^(eyJ|v1\.)/.test(contentOf(line))

/** `keyId.nonce.mac`: what scripts must read. */
export const isCsrf = (line: string): boolean => /^[\w-]{11}\.[\w-]{22}\.[\w-]{43}$/.test(contentOf(line))

/** Says to scripts that somebody is signed in, and nothing more. */
export const isHint = (line: string): boolean => contentOf(line) === '1'
