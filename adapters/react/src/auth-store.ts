// What a page knows of who is signed in, kept outside React so that every component sees the same.
import type { Client } from '@vigile/client'
import type { Me, SessionEndReason } from '@vigile/contract'

/**
 * `unknown`: it cannot be known now (no connection, a part is down). Whoever was signed in still is, so `me` stays.
 * `signed_out`: the server said so; `reason` where a session ended in front of the user.
 */
export type AuthState =
  | { readonly state: 'loading' }
  | { readonly state: 'signed_in'; readonly me: Me }
  | { readonly state: 'signed_out'; readonly reason: SessionEndReason | null }
  | { readonly state: 'unknown'; readonly me: Me | null }

export type AuthStore = {
  read(): AuthState
  /** Calls back after each change; asks the server on the first subscription. Returns the way to unsubscribe. */
  subscribe(listener: () => void): () => void
  /** Asks the server again. */
  load(): Promise<void>
}

/** After a failure the server is asked again so often while somebody looks. */
const againMs = 5_000

export const createAuthStore = (client: Client): AuthStore => {
  const listeners = new Set<() => void>()
  let current: AuthState = { state: 'loading' }
  let asked = 0
  let stop: (() => void) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const set = (next: AuthState) => {
    current = next
    for (const listener of [...listeners]) listener()
  }

  const load = async () => {
    clearTimeout(timer)
    const turn = ++asked
    const next: AuthState = await client.me().then(
      (me) => (me ? { state: 'signed_in', me } : { state: 'signed_out', reason: null }),
      () => ({ state: 'unknown', me: 'me' in current ? current.me : null }),
    )
    // A session that began or ended meanwhile has asked, or told, itself.
    if (turn !== asked) return
    set(next)
    if (next.state === 'unknown' && listeners.size > 0) timer = setTimeout(load, againMs)
  }

  const start = () => {
    const offs = [
      client.onSessionStart(() => void load()),
      client.onSessionEnd(({ reason }) => {
        asked += 1
        set({ state: 'signed_out', reason })
      }),
    ]
    void load()
    return () => {
      clearTimeout(timer)
      for (const off of offs) off()
    }
  }

  return {
    load,
    read: () => current,
    subscribe: (listener) => {
      listeners.add(listener)
      stop ??= start()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        stop = undefined
      }
    },
  }
}
