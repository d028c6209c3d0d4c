// The request that a proxy got, as far as the proxy says (forward authentication). nginx takes 2xx, 401 and 403 for an answer
// and all else for a fault; Traefik and Caddy hand on whatever is no 2xx. They are told apart by the headers that they set.
type ReadHeaders = Pick<Headers, 'get'>

/** `follows`: whether the proxy hands a redirect on. */
export type OriginalRequest = { readonly uri: string; readonly method: string | null; readonly follows: boolean }

/** Null where nothing is said of it. Believed of a trusted proxy alone (S-56). */
export const originalRequest = (headers: ReadHeaders): OriginalRequest | null => {
  const nginx = headers.get('x-original-uri')
  if (nginx !== null) return { uri: nginx, method: headers.get('x-original-method'), follows: false }
  const uri = headers.get('x-forwarded-uri')
  return uri === null ? null : { uri, method: headers.get('x-forwarded-method'), follows: true }
}

/** Whether a browser asks for a page to show. A form that was posted is none: a redirect would drop what is in it. */
export const isNavigation = ({ method }: OriginalRequest, headers: ReadHeaders): boolean => {
  if (method !== 'GET' && method !== 'HEAD') return false
  const mode = headers.get('sec-fetch-mode')
  return mode === null ? (headers.get('accept') ?? '').includes('text/html') : mode === 'navigate'
}

const harmless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether it may change something. Both proxies' words count, for a client may have added the one that its proxy does not
 * set; where neither is there, nobody knows. A WebSocket's handshake is a GET, but no CORS keeps a sister domain's page from
 * what it opens (by HTTP/2 it is a CONNECT). Its `Upgrade` stays with some proxies, its key comes through all of them.
 */
export const mayChange = (headers: ReadHeaders): boolean => {
  const methods = ['x-original-method', 'x-forwarded-method'].flatMap((name) => headers.get(name) ?? [])
  const isHandshake = headers.get('sec-websocket-key') !== null
  return isHandshake || methods.length === 0 || methods.some((method) => !harmless.has(method))
}
