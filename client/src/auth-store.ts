// What a page knows of who is signed in, kept outside any framework so that every component sees the same.
import type { AppPermission, Me, Problem, Session, SessionEndReason, User } from '@vigile/contract'
import type { Client, NetworkProblem } from './api.ts'

/** Why it cannot be known now who is signed in: no connection, or a part is down. The server is asked again by itself. */
export type AuthProblem = Problem | NetworkProblem

/**
 * Who is signed in. Each status has what belongs to it, and no other combination compiles.
 *
 * - `loading`: not known yet. With a `problem`, it cannot be known for the moment.
 * - `signed-in`: with a `problem`, as far as is known: a fault never signs anybody out.
 * - `signed-out`: the server said so. `reason`: why this browser's last session ended, as the server put it; null where it had none.
 */
export type Auth = {
  /** Whether the user holds a permission, by itself or by a wildcard. What it hides is only hidden; the server decides. */
  can(permission: AppPermission): boolean
} & (
  | { status: 'loading'; user: null; session: null; reason: null; problem: AuthProblem | null }
  | { status: 'signed-in'; user: User; session: Session; reason: null; problem: AuthProblem | null }
  | { status: 'signed-out'; user: null; session: null; reason: SessionEndReason | null; problem: null }
)

export type AuthStore = {
  read(): Auth
  /** Calls back after each change; asks the server on the first subscription. Returns the way to unsubscribe. */
  subscribe(listener: () => void): () => void
  /** Asks the server again. */
  reload(): Promise<void>
}

/** After a failure the server is asked again while somebody looks: first so soon, then after doubling pauses up to the longest. */
const againMs = 5_000
const longestPauseMs = 40_000

/** Whether a list of permissions holds one: `products:create` is in `products:create`, `products:*` and `*`. */
export const holds = (permissions: readonly string[], permission: string): boolean =>
  permissions.some(
    (held) => held === permission || held === '*' || (held.endsWith(':*') && permission.startsWith(held.slice(0, -1))),
  )

const nobody = { user: null, session: null, reason: null, problem: null, can: () => false }

export const loading: Auth = { ...nobody, status: 'loading' }

const signedIn = ({ user, session, permissions }: Me): Auth => ({
  ...nobody,
  status: 'signed-in',
  user,
  session,
  can: (permission) => holds(permissions, permission),
})

const createAuthStore = (client: Client): AuthStore => {
  const listeners = new Set<() => void>()
  let auth: Auth = loading
  let turn = 0
  let failures = 0
  /** A session has begun, perhaps another person's: who is shown may not be who is signed in. */
  let doubtful = false
  let timer: ReturnType<typeof setTimeout> | undefined

  /** What is known from now on. Answers to what was asked before come too late. */
  const set = (next: Auth) => {
    auth = next
    turn += 1
    clearTimeout(timer)
    for (const listener of listeners) listener()
  }

  const know = (next: Auth) => {
    failures = 0
    doubtful = false
    set(next)
  }

  const fail = (problem: AuthProblem) => {
    if (auth.status === 'signed-out') return
    set({ ...(doubtful ? loading : auth), problem })
    if (listeners.size) timer = setTimeout(reload, Math.min(againMs * 2 ** failures++, longestPauseMs))
  }

  const reload = async () => {
    const mine = ++turn
    const tell = await client.me().then(
      (me) => () => know(me ? signedIn(me) : { ...nobody, status: 'signed-out', reason: client.endReason() }),
      (error) => () => fail(error.cause),
    )
    if (mine === turn) tell()
  }

  const begin = () => {
    client.onSessionEnd(({ reason }) => know({ ...nobody, status: 'signed-out', reason }))
    client.onSessionStart(() => {
      doubtful = true
      if (auth.status === 'signed-out') set(loading)
      void reload()
    })
  }

  return {
    read: () => auth,
    reload,
    subscribe(listener) {
      if (!turn) begin()
      // StrictMode subscribes twice: what was asked once is not asked again.
      if (!turn || (auth.problem && !listeners.size)) void reload()
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

const stores = new WeakMap<Client, AuthStore>()

/** The one store of a client: whatever is mounted, unmounted or rendered twice hears of each session once, and from one place. */
export const authStoreOf = (client: Client): AuthStore => {
  const store = stores.get(client) ?? createAuthStore(client)
  stores.set(client, store)
  return store
}
