// One refresh at a time, in this tab and over all tabs (PROTOCOL.md, "The browser's side").
import type { Problem, Refreshed } from '@vigile/contract'
import type { RefreshOutcome, Result } from './api.ts'
import type { Confirm } from './confirm.ts'
import type { Csrf } from './csrf.ts'
import type { Exclusive } from './lock.ts'
import type { Ports } from './ports.ts'
import { afterFailure, isLive, isResting } from './record.ts'
import type { Session } from './session.ts'

export type Call = <T>(path: string, body: object, signal?: AbortSignal) => Promise<Result<T>>

/** The only refusals that end a session, besides those with a reason (`session_ended`, a lost key). All others leave it be. */
const endings = ['invalid_token', 'unauthenticated']
/** Each stale answer is followed by a question with the jar as it is then; a jar that changes more often than this can wait. */
const tries = 4

export type Refresher = {
  /**
   * Refreshes, or joins the refresh that is under way. `since`: when the access token that was refused had come; where a newer one
   * has come meanwhile, there is nothing left to do.
   */
  refresh(since?: number): Promise<RefreshOutcome>
  /** The connection is back: the pause after the last failure no longer counts. */
  forgive(): void
}

type Deps = { ports: Ports; session: Session; confirm: Confirm; csrf: Csrf; locked: Exclusive; call: Call }

export function createRefresher({ ports, session, confirm, csrf, locked, call }: Deps): Refresher {
  let pending: Promise<RefreshOutcome> | undefined
  let forgiven = 0
  /** The server saw a jar without a refresh cookie. Without a CSRF cookie to be seen, it need not be asked again. */
  let jarEmpty = false

  const resting = () => {
    const record = session.read()
    return record.retryAt !== forgiven && isResting(record, ports.wall())
  }

  const knownOutcome = (since: number): RefreshOutcome | undefined => {
    const record = session.read()
    if (record.refreshedAt === since) return undefined
    return isLive(record) ? 'refreshed' : 'ended'
  }

  const end = async (refusal: Problem, since: number, signal: AbortSignal): Promise<RefreshOutcome> => {
    const { fingerprint = '', reason = 'unknown' } = refusal
    // Clean-up touches nothing if the jar holds another token by now. If it fails, dead cookies stay, which are asked about again.
    if (fingerprint || csrf.present()) await call('/logout', { only: fingerprint }, signal)
    const known = knownOutcome(since)
    if (known) return known
    jarEmpty = true
    const record = session.read()
    // A jar that never held a session has nothing to end; one end is told once, even if a late answer put its cookies back.
    const unheard = fingerprint && fingerprint !== record.fingerprint && reason !== record.ended
    if (isLive(record) || unheard) session.over(reason, fingerprint)
    return 'ended'
  }

  const attempt = async (since: number, signal: AbortSignal): Promise<RefreshOutcome> => {
    const known = knownOutcome(since)
    if (known) return known
    if (resting()) return 'later'
    let problem: Partial<Problem> = {}
    for (let count = 0; count < tries; count++) {
      const asked = { retry: problem.fingerprint, settled: confirm.settled() }
      const result = await call<Refreshed>('/refresh', asked, signal)
      // Another tab was at it too, while this one was frozen or where tabs can't speak: what it found out stands.
      const known = knownOutcome(since)
      if (known) return known
      if (result.ok) {
        if (!result.value?.fingerprint) break
        jarEmpty = false
        session.landed(result.value, false)
        if (result.value.rotated) confirm.arrived()
        return 'refreshed'
      }
      const refusal = result.problem as Problem
      if (refusal.reason || endings.includes(refusal.code)) return end(refusal, since, signal)
      problem = refusal
      if (problem.code !== 'stale_token') break
    }
    session.change(afterFailure(session.read(), ports.wall(), problem.retryAfterSeconds))
    return 'later'
  }

  const run = async (since: number): Promise<RefreshOutcome> => {
    let outcome: RefreshOutcome = 'later'
    // Twice: the first try after a failure comes at once. After that `resting` says no.
    for (let count = 0; count < 2 && outcome === 'later' && !resting(); count++) {
      outcome = await locked((signal) => attempt(since, signal))
    }
    return outcome
  }

  return {
    forgive() {
      forgiven = session.read().retryAt
    },
    async refresh(since = session.read().refreshedAt) {
      const known = knownOutcome(since)
      if (known) return known
      if (jarEmpty && !isLive(session.read()) && !csrf.present()) return 'ended'
      pending ??= run(since).finally(() => {
        pending = undefined
      })
      return pending
    },
  }
}
