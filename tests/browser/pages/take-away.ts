// Runs in the browser before the page's own scripts: what an old, strict or full browser does not offer.

export type Missing = 'locks' | 'channel' | 'storage' | 'databases'

export const takeAway = (missing: readonly Missing[]): void => {
  const refuse = () => {
    throw new DOMException('denied', 'SecurityError')
  }
  // As where the page came by plain http.
  if (missing.includes('locks')) Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })
  if (missing.includes('channel')) Reflect.deleteProperty(globalThis, 'BroadcastChannel')
  if (missing.includes('storage')) Object.defineProperty(globalThis, 'localStorage', { get: refuse })
  if (missing.includes('databases')) Object.defineProperty(globalThis, 'indexedDB', { get: refuse })
}
