// All that the client asks of its surroundings. `browser/` answers with the real ones; tests and the simulation with their own.

export type Locks = {
  /** As `navigator.locks.request`: `signal` gives up waiting; `steal` takes the lock from its holder, whose work runs on. */
  request<T>(name: string, options: { signal?: AbortSignal; steal?: boolean }, work: () => Promise<T>): Promise<T>
}

export type Channel = {
  /** To every other tab of this origin, never back to this one. */
  post(message: unknown): void
  listen(hear: (message: unknown) => void): () => void
}

export type Storage = {
  get(key: string): string | null
  set(key: string, value: string): void
}

export type Ports = {
  fetch(request: Request): Promise<Response>
  /** Milliseconds that only grow. Some browsers don't count sleep. */
  now(): number
  /** The wall clock in epoch milliseconds. Only differences over short times are used: it may be wrong, and jump. */
  wall(): number
  /** 0 ≤ x < 1. Spreads the refreshes of many clients; names lock holders. No secret hangs on it. */
  random(): number
  /** Calls once after at least this many milliseconds. Returns the way to cancel. */
  timer(milliseconds: number, run: () => void): () => void
  locks: Locks
  channel: Channel
  storage: Storage
  /** `document.cookie`. */
  cookies(): string
  /** What relative addresses are relative to; its origin is the one that the session belongs to. */
  baseUrl(): string
  /** The page's language (`<html lang>`); empty where it says none. */
  language(): string
  visible(): boolean
  /** Calls when the page is shown, hidden, thawed, or back online (then with true). Returns the way to stop. */
  listen(wake: (online: boolean) => void): () => void
}
