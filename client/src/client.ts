// The client, made of its parts.
import type { ListedSession, Me, SessionEndReason, SessionStarted } from '@vigile/contract'
import type { Client, ClientOptions, RefreshOutcome, Result } from './api.ts'
import { createConfirm } from './confirm.ts'
import { createCsrf } from './csrf.ts'
import { createKeepAlive } from './keep-alive.ts'
import { createLock, deadline } from './lock.ts'
import type { Ports } from './ports.ts'
import { codeOf, toResult } from './problem.ts'
import { isLive, patienceMs } from './record.ts'
import { createRefresher } from './refresh.ts'
import { addressOf, createSend, type MakeRequest, repeatable } from './send.ts'
import { createSession } from './session.ts'

/** These make, renew or end a session themselves: a 401 from them is their answer (CLI-2). */
const sessionEndpoints = /^\/(refresh|ack|login|logout|register|csrf)$/
/** A 401 that a new access token would not change. */
const finalRefusals = ['invalid_credentials', 'proof_required']

/** The client on the given surroundings; `createClient` gives it the browser's. */
export function assembleClient(ports: Ports, options: ClientOptions = {}): Client {
  const { authPath = '/api/auth', app = 'vigile', csrfCookie = `${app}_csrf` } = options

  const request =
    (method: string, path: string, body?: object, signal?: AbortSignal): MakeRequest =>
    () =>
      new Request(addressOf(ports, authPath + path), {
        method,
        // The page may be left right after a sign-in. Not for the others: T must be able to end them.
        keepalive: path === '/ack',
        signal: signal ?? deadline(ports, patienceMs).signal,
        ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      })

  const csrf = createCsrf(ports, csrfCookie, () => ports.fetch(request('GET', '/csrf')()))
  const send = createSend(ports, csrf)
  const call = <T>(path: string, body: object, signal?: AbortSignal): Promise<Result<T>> =>
    toResult(() => send(request('POST', path, body, signal)))
  const session = createSession(ports, `${app}:session`)
  const { locked, ...lock } = createLock(ports, `${app}:session`)
  const confirm = createConfirm({ ports, key: `${app}:confirm`, session, ack: (body) => call('/ack', body) })
  const refresher = createRefresher({ ports, session, confirm, csrf, locked, call })
  const keepAlive = createKeepAlive({ ports, session, confirm, csrf, refresher })
  let stop: (() => void) | undefined

  /** Runs, and on a 401 once more if a refresh helped; never under another session than the one that it began under. */
  const retrying = async (run: () => Promise<Response>): Promise<{ answer: Response; outcome?: RefreshOutcome }> => {
    keepAlive.used()
    if (keepAlive.expired()) await refresher.refresh()
    const before = session.read()
    const answer = await run()
    if (answer.status !== 401 || finalRefusals.includes(`${await codeOf(answer)}`)) return { answer }
    const outcome = await refresher.refresh(before.refreshedAt)
    const other = isLive(before) && session.read().epoch !== before.epoch
    return outcome === 'refreshed' && !other ? { answer: await run() } : { answer, outcome }
  }

  const ask = <T>(method: string, path: string): Promise<Result<T>> =>
    toResult(async () => (await retrying(() => send(request(method, path)))).answer)

  /** An act that changes the jar, under the lock, so that no refresh crosses it. */
  const act = (path: string, body: object, done: (value: SessionStarted) => void) => () =>
    locked(async (signal) => {
      const answer = await send(request('POST', path, body, signal))
      if (answer.ok) done(answer.status === 204 ? undefined : await answer.clone().json())
      return answer
    })

  const landed = (begins: boolean) => (value: SessionStarted) => {
    // No fingerprint: a second factor or a verification comes first.
    if (!value.fingerprint) return
    session.landed(value, begins)
    confirm.arrived()
  }
  const over = (reason: SessionEndReason) => () => session.over(reason)
  const enter = <T>(path: string, input: object): Promise<Result<T>> => toResult(act(path, input, landed(true)))

  const client: Client = {
    async fetch(input, init) {
      const address = addressOf(ports, input)
      const base = addressOf(ports, authPath)
      if (address.origin !== base.origin) return ports.fetch(new Request(input, init))
      const make = repeatable(ports, input, init)
      const { pathname } = address
      if (pathname.startsWith(base.pathname) && sessionEndpoints.test(pathname.slice(base.pathname.length)))
        return send(make)
      return (await retrying(() => send(make))).answer
    },
    signUp: (input) => enter('/register', input),
    signIn: (input) => enter('/login', input),
    enter,
    signOut: () => toResult(act('/logout', {}, over('signed_out'))),
    signOutEverywhere: () =>
      toResult(async () => (await retrying(act('/logout-all', {}, over('signed_out_everywhere')))).answer),
    changePassword: (input) =>
      toResult(async () => (await retrying(act('/password/change', input, landed(false)))).answer),
    async listSessions() {
      const result = await ask<{ sessions: ListedSession[] }>('GET', '/sessions')
      return result.ok ? { ok: true, value: result.value.sessions } : result
    },
    endSession: (id) => ask('DELETE', `/sessions/${encodeURIComponent(id)}`),
    async me(): Promise<Me | null> {
      const { epoch } = session.read()
      let outcome: RefreshOutcome | undefined
      const result = await toResult<Me>(async () => {
        const last = await retrying(() => send(request('GET', '/me')))
        outcome = last.outcome
        return last.answer
      })
      if (outcome === 'ended') return null
      // Signed out, or someone else signed in, while the answer was on its way.
      if (result.ok && epoch && session.read().epoch !== epoch) return client.me()
      if (result.ok) return result.value
      throw new Error('It cannot be known now who is signed in', { cause: result.problem })
    },
    refresh: () => refresher.refresh(),
    start() {
      if (stop) return
      const stops = [session.listen(), lock.listen(), confirm.listen(), keepAlive.start()]
      stop = () => {
        for (const each of stops) each()
        stop = undefined
      }
    },
    stop: () => stop?.(),
    endReason: () => session.read().ended || null,
    onSessionEnd: session.onEnd,
    onSessionStart: session.onStart,
  }
  return client
}
