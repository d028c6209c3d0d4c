// Who proves what over HTTP. A session bound by script is proven by DPoP with each act. One that the browser itself keeps (DBSC)
// is proven at the browser's own endpoint; what comes of that is a short-lived access cookie, which proves all other acts.
import type { Context } from '../audit/entry.ts'
import type { Binding, BoundSession, Prove } from '../binding/binding.ts'
import { confirmationOf, isProvenByBrowser, parseBoundKey } from '../binding/bound-key.ts'
import { isUnheardOf } from '../binding/dbsc.ts'
import type { Clock } from '../primitives/clock.ts'
import type { AccessTokens } from '../sessions/access-token.ts'
import type { SessionPolicy } from '../sessions/policy.ts'
import type { Call } from './call.ts'

type Asking = Pick<Call, 'request' | 'jar'> & { readonly context: Context }

export type Provers = {
  /** For acts of a session: ack, sign-out, whatever ends sessions, change of password. */
  act(call: Asking): Prove
  /** For refresh, which no cookie may prove: the access cookie would keep itself alive. */
  refresh(call: Asking): Prove
}

/** Access cookies of one name beyond so many are not looked at. */
const maxAccessCookies = 50

export const createProvers = (deps: {
  readonly binding: Pick<Binding, 'prover' | 'refused'>
  readonly accessTokens: Pick<AccessTokens, 'verify'>
  readonly policy: Pick<SessionPolicy, 'idleSeconds'>
  readonly clock: Clock
}): Provers => {
  const { binding, accessTokens, policy, clock } = deps

  /**
   * What the access cookies say. `kept`: the browser keeps the session, for one of this key lives; before the first proof any of
   * the session will do. `late`: there is one that no longer counts. The request was under way, or the browser's clock is behind.
   * It proves nothing, but a browser that has lost its key soon sends none at all.
   */
  const signOf = async (
    { jar }: Asking,
    { id, boundKey }: BoundSession,
    isRegistered: boolean,
  ): Promise<'kept' | 'late' | 'none'> => {
    let sign: 'late' | 'none' = 'none'
    for (const cookie of jar.access.slice(0, maxAccessCookies)) {
      const claims = await accessTokens.verify(cookie, policy.idleSeconds)
      if (claims?.sessionId !== id) continue
      const isOfKey = isRegistered || claims.boundTo === confirmationOf(boundKey)
      if (isOfKey && claims.expiresAt > clock.now()) return 'kept'
      sign = 'late'
    }
    return sign
  }

  const proverFor =
    (what: 'act' | 'refresh') =>
    (call: Asking): Prove => {
      const byScript = binding.prover(call)
      return async (session) => {
        if (!isProvenByBrowser(session.boundKey)) return byScript(session)
        const isRegistered = parseBoundKey(session.boundKey as string).kind === 'registered'
        const sign = await signOf(call, session, isRegistered)
        if (isUnheardOf(session, clock.now(), what === 'refresh' && sign !== 'none')) return null
        if (sign === 'kept') return what === 'act' ? null : 'kept'
        // The browser sees to the cookie before it sends anything, or says why it could not. Else it has lost the key.
        const isExcused = isRegistered || sign === 'late' || call.request.headers.has('secure-session-skipped')
        const fault = isExcused ? 'missing' : 'unkept'
        await binding.refused(call, session, fault)
        return fault
      }
    }

  return { act: proverFor('act'), refresh: proverFor('refresh') }
}
