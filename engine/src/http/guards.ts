// Who may pass. Every route names one of these; a route without one does not compile, and does not start (VAL-3).

import type { BySession } from '../accounts/lock-owner.ts'
import { proofFaultOf } from '../binding/binding.ts'
import type { Clock } from '../primitives/clock.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import { parsePendingTokens, pendingTokenHash } from '../second-factor/pending-token.ts'
import type { PendingSignIn, PendingSignInStore } from '../second-factor/store.ts'
import { type GenuineToken, readPresentation } from '../sessions/presented-token.ts'
import { fingerprintOf } from '../sessions/refresh-token.ts'
import { sessionEnd } from '../sessions/rotation.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import {
  type Asking,
  authorizationOf,
  createIdentify,
  type Holder,
  type IdentifyDeps,
  type Passed,
  passed,
} from './identify.ts'
import { isChangeAllowed } from './origin.ts'
import { type Refusal, refuse } from './outcome.ts'
import type { Provers } from './provers.ts'

/** What authorises a request. */
export type Means = 'accessCookie' | 'bearer' | 'refreshCookie' | 'deviceKey' | 'pendingCookie'

export type Guard<As> = {
  /** What it demands, in words, for the list of routes. */
  readonly name: string
  /** Any of these lets a request pass; none: nothing is needed. */
  readonly by: readonly Means[]
  check(call: Call): Promise<Passed<As> | Refusal>
}

export type GuardDeps = IdentifyDeps & {
  readonly pendingSignIns: Pick<PendingSignInStore, 'findWaiting'>
  readonly recentSeconds: number
  readonly clock: Clock
  readonly provers: Provers
}

/** What a sign-out was sent. `fingerprint` is empty where no refresh cookie came. `keepsCookies`: they are of another session. */
export type Leaving = {
  readonly fingerprint: string
  readonly sessions: readonly SessionId[]
  readonly keepsCookies?: boolean
}

export type Owner = { readonly userId: UserId; readonly sessionId: SessionId; readonly keepsCookies?: boolean }

/** By whom an act is done, as its transaction asks once more (`accounts/lock-owner.ts`). */
export const bySession = ({ userId, id }: VerifiedSession['session']): BySession => ({ userId, sessionId: id })

export type Guards = ReturnType<typeof createGuards>

export const createGuards = (deps: GuardDeps) => {
  const { keyring, sessions, origins, provers, proofs } = deps
  const { verifyToken, identified, byAccessCookie, verifiedChange, holderOf } = createIdentify(deps)

  /** Those that a sign-out may end: the one that counts, and what else was sent that is unbound, over, or bound to its key. */
  const endable = async (call: Call, chosen: GenuineToken, all: readonly GenuineToken[]) => {
    const ids = [...new Set(all.map(({ sessionId }) => sessionId))]
    const { sessions: rows, now } = await sessions.findMany(ids)
    // Nothing would be ended, and a restore would bring it back: that is no sign-out.
    if (rows.length < ids.length) await deps.requireSameDatabase()
    const live = rows.filter((row) => sessionEnd(row, now) === null)
    const one = live.find(({ id }) => id === chosen.sessionId)
    const fault = one ? await proofFaultOf(one, provers.act(call)) : null
    const kept = live.filter(({ boundKey }) => boundKey !== null && boundKey !== one?.boundKey).map(({ id }) => id)
    return { fault, sessions: ids.filter((id) => !kept.includes(id)) }
  }

  /** A token in `Authorization` stands alone: a jar of another session, which lives on, is left as it is. */
  const isJarOf = async ({ jar }: Call, id: SessionId): Promise<boolean> => {
    const presentation = await readPresentation(keyring, jar.refresh)
    return presentation.kind === 'genuine' && presentation.tokens.every((one) => one.sessionId === id)
  }

  /** What ends sessions takes the key of a bound one, however it was authorised: a copied cookie ends nothing. */
  const lacksProof = async (call: Call, { session, via }: VerifiedSession): Promise<Refusal | null> => {
    const fault = via === 'bearer' ? null : await proofFaultOf(session, provers.act(call))
    return fault === null ? null : proofs.refuse(fault)
  }

  /** Who signed in a short while ago, and holds the key of a bound session: a copied access cookie does neither (TOK-11, S-39). */
  const recent = (check: Guard<VerifiedSession>['check']) => async (call: Call) => {
    const change = await check(call)
    if (change.kind === 'refusal') return change
    if (deps.clock.now() - change.as.session.authenticatedAt > deps.recentSeconds * 1000)
      return refuse('reauthentication_required')
    return (await lacksProof(call, change.as)) ?? change
  }
  const recentChange = recent(verifiedChange)

  /** A form of a framework can carry no token: an `Origin` must be there, and be one of ours. */
  const ownForm: Guard<VerifiedSession>['check'] = async (call) => {
    const { headers } = call.request
    const isOurs = headers.has('origin') && isChangeAllowed(headers, origins)
    return isOurs || authorizationOf(headers) !== null ? identified(call) : refuse('origin_refused')
  }

  /** The sign-in of this browser that waits for its second factor. It is nobody's session, and opens nothing else (H-1). */
  const waiting = async (call: Call): Promise<Passed<PendingSignIn> | Refusal> => {
    const hashes = parsePendingTokens(call.jar.pending).map(pendingTokenHash)
    const found = await deps.pendingSignIns.findWaiting(hashes, deps.clock.now())
    return found ? passed(found) : refuse('unauthenticated', { detail: { key: 'signInOver' } })
  }

  const access: readonly Means[] = deps.accessCookie ? ['accessCookie', 'bearer'] : ['bearer']

  return {
    /** Open to everyone: reads that tell nothing of anyone. */
    anyone: { name: 'anyone', by: [], check: async () => passed(null) } satisfies Guard<null>,

    /** Open to everyone, and counted by the session where a genuine refresh cookie came: neighbours don't use each other up. */
    anyBrowser: {
      name: 'anyone',
      by: [],
      check: async (call) => {
        const presentation = await readPresentation(keyring, call.jar.refresh)
        return passed(null, presentation.kind === 'genuine' ? presentation.tokens[0].sessionId : null)
      },
    } satisfies Guard<null>,

    /** Changes without a session (sign-in, sign-up): from our own pages, or from no browser at all. Login CSRF ends here. */
    ownPages: {
      name: 'own origin',
      by: [],
      check: async (call) => (isChangeAllowed(call.request.headers, origins) ? passed(null) : refuse('origin_refused')),
    } satisfies Guard<null>,

    /** A live session, by its access token. For reads. */
    signedIn: {
      name: 'access token',
      by: access,
      check: identified,
    } satisfies Guard<VerifiedSession>,

    /** The same for whom the answer is made either way: it says who asks, or where to go. */
    asked: {
      name: 'access token',
      by: access,
      check: async (call) => {
        const found = await identified(call)
        return passed(found, found.kind === 'passed' ? found.sessionId : null)
      },
    } satisfies Guard<Passed<VerifiedSession> | Refusal>,

    /** A live session, by its access token and (by cookie) CSRF token. For changes. */
    signedInChange: { name: 'access token + CSRF', by: access, check: verifiedChange } satisfies Guard<VerifiedSession>,

    /** A live session, for a change that a framework's form asks for. A page of a sister domain has another origin (CSRF-1, CSRF-2). */
    formChange: { name: 'access token + own origin', by: access, check: ownForm } satisfies Guard<VerifiedSession>,

    /** For changes of what protects the account, and for its end. Uses up the proof of a bound session's key. */
    recentChange: {
      name: 'access token + CSRF, recent sign-in',
      by: access,
      check: recentChange,
    } satisfies Guard<VerifiedSession>,

    /** The same by a framework's form. In a bound session it is refused: a form carries no proof of the key. */
    recentFormChange: {
      name: 'access token + own origin, recent sign-in',
      by: access,
      check: recent(ownForm),
    } satisfies Guard<VerifiedSession>,

    refreshCookie: { name: 'refresh cookie + CSRF', by: ['refreshCookie'], check: holderOf } satisfies Guard<Holder>,

    /** Open to everyone: the handler asks for a proof that only the browser itself can make, so that no page can forge one. */
    deviceKey: {
      name: "proof of the browser's key",
      by: ['deviceKey'],
      check: async () => passed(null),
    } satisfies Guard<null>,

    /** What ends other sessions needs the refresh cookie or a recent sign-in, not just an access token. */
    owner: {
      name: 'refresh cookie + CSRF, or recent sign-in',
      by: ['refreshCookie', ...access],
      check: async (call) => {
        if (authorizationOf(call.request.headers) === null && call.jar.refresh.length > 0) {
          const holder = await holderOf(call)
          if (holder.kind === 'refusal') return holder
          const { session, now } = await sessions.find(holder.as.token.sessionId)
          if (!session) await deps.requireSameDatabase()
          const reason = session ? sessionEnd(session, now) : 'unknown'
          if (!session || reason !== null) return refuse('session_ended', { reason: reason ?? 'unknown' })
          const fault = await proofFaultOf(session, provers.act(call))
          if (fault !== null) return proofs.refuse(fault, { fingerprint: fingerprintOf(holder.as.token.token) })
          return passed({ userId: session.userId, sessionId: session.id }, session.id)
        }
        const change = await recentChange(call)
        if (change.kind === 'refusal') return change
        const { session } = change.as
        const keepsCookies = change.as.via === 'bearer' && !(await isJarOf(call, session.id))
        return passed({ userId: session.userId, sessionId: session.id, keepsCookies }, session.id)
      },
    } satisfies Guard<Owner>,

    /** Sign-out: whatever session cookies came, with the CSRF token of the one that counts; nothing at all is fine too. */
    leaving: {
      name: 'own origin; CSRF where a session cookie came',
      by: [],
      check: async (call) => {
        const authorization = authorizationOf(call.request.headers)
        const byToken = authorization === null ? null : await verifyToken(call, authorization)
        const presentation = await readPresentation(keyring, call.jar.refresh)
        if (byToken?.ok) {
          const { id } = byToken.verified.session
          return passed({ fingerprint: '', sessions: [id], keepsCookies: !(await isJarOf(call, id)) }, id)
        }
        if (byToken?.error === 'proof_required') return proofs.refuse(byToken.fault)
        if (presentation.kind === 'unknown_key') return refuse('unavailable')
        // An expired bearer token and nothing else: whose session it was can't be said, so it can't be said to be over (H-12).
        if (byToken?.error === 'invalid_token' && presentation.kind !== 'genuine') return refuse('unauthenticated')
        if (presentation.kind === 'genuine') {
          const holder = await holderOf(call)
          if (holder.kind === 'refusal') return holder
          const { token, all } = holder.as
          const fingerprint = fingerprintOf(token.token)
          const { fault, sessions } = await endable(call, token, all)
          return fault === null
            ? passed({ fingerprint, sessions }, token.sessionId)
            : proofs.refuse(fault, { fingerprint })
        }
        if (!isChangeAllowed(call.request.headers, origins)) return refuse('origin_refused')
        const fingerprint = presentation.kind === 'invalid' ? fingerprintOf(presentation.token) : ''
        const change = await verifiedChange(call)
        if (change.kind === 'passed') {
          const lacking = await lacksProof(call, change.as)
          return lacking ?? passed({ fingerprint, sessions: [change.as.session.id] }, change.sessionId)
        }
        return change.code === 'csrf_failed' ? change : passed({ fingerprint, sessions: [] })
      },
    } satisfies Guard<Leaving>,

    /** A sign-in that waits for its second factor, by its cookie. For reads. */
    waiting: {
      name: 'a sign-in that waits for its second factor',
      by: ['pendingCookie'],
      check: waiting,
    } satisfies Guard<PendingSignIn>,

    /** The same for changes: as at sign-in, there is no session yet that a CSRF token could be bound to. */
    waitingChange: {
      name: 'a sign-in that waits for its second factor + own origin',
      by: ['pendingCookie'],
      check: async (call) =>
        isChangeAllowed(call.request.headers, origins) ? waiting(call) : refuse('origin_refused'),
    } satisfies Guard<PendingSignIn>,

    byAccessCookie,

    /** For pages and `/csrf`: the session that this browser would speak for, or null. Changes nothing. */
    verified: async (call: Asking): Promise<VerifiedSession | null> => {
      const found = await identified(call)
      return found.kind === 'passed' ? found.as : null
    },
  }
}
