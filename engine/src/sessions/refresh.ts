// Carries the decision of PROTOCOL.md out: read the row and the database's time, decide, write conditionally, answer.
import type { SessionEndReason } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import { type Prove, proofFaultOf } from '../binding/binding.ts'
import type { ProofFault } from '../binding/dpop-proof.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Transact } from '../primitives/transact.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { AccessTokens } from './access-token.ts'
import { announce } from './announce.ts'
import { type ApplyDeps, applyChange } from './apply-change.ts'
import { type AccessGrant, grantAccess, grantRefresh, type RefreshGrant } from './issue.ts'
import { orAlarm } from './or-alarm.ts'
import type { SessionPolicy } from './policy.ts'
import type { GenuineToken } from './presented-token.ts'
import { type Fingerprint, fingerprintOf } from './refresh-token.ts'
import { type Decision, decide } from './rotation.ts'
import type { SessionRow, SessionStore } from './store.ts'

/** A row that keeps changing under us is given up after so many tries: 503, cookies untouched. */
const maxTries = 3

type RefreshStores = { readonly sessions: SessionStore; readonly audit: AuditStore }

/** `More`: the stores that telling the owner needs. */
export type RefreshDeps<More = unknown> = Omit<ApplyDeps, 'transact'> & {
  readonly transact: Transact<RefreshStores & More>
  /** Tells the owner that two had the session, in the transaction that ends it (ACC-8). Without: nobody is told. */
  readonly tellOfReuse?: (
    stores: More,
    reuse: { readonly session: SessionRow; readonly now: number; readonly context: Context },
  ) => Promise<void>
  /** The outbox has something new. */
  readonly mailPosted?: () => void
  readonly audit: AuditStore
  /** Throws (503) where the database has lost what it knew: nobody's session is over by that. */
  readonly requireSameDatabase: () => Promise<void>
  readonly accessTokens: AccessTokens
  readonly keyring: Keyring
  readonly policy: SessionPolicy
}

export type RefreshInput = {
  readonly token: GenuineToken
  /** Fingerprints that the client sent (PROTOCOL.md, "Durable" and "409"). */
  readonly retry: string | undefined
  readonly settled: string | undefined
  readonly context: Context
  /** Asked where the session is bound. Without it a bound session is refused. */
  readonly prove?: Prove
}

export type Refreshed =
  | {
      readonly ok: true
      readonly session: SessionRow
      readonly access: AccessGrant
      /** A refresh token to set, or null: the browser's own is still the current one. */
      readonly refresh: RefreshGrant | null
      readonly fingerprint: Fingerprint
      readonly now: number
    }
  | {
      readonly ok: false
      readonly error: 'session_ended'
      readonly reason: SessionEndReason
      readonly fingerprint: Fingerprint
    }
  | { readonly ok: false; readonly error: 'stale_token'; readonly fingerprint: Fingerprint }
  | {
      readonly ok: false
      readonly error: 'proof_required'
      readonly fault: ProofFault
      readonly fingerprint: Fingerprint
    }

/**
 * Renews a session. Refuses with `session_ended` (and why), `proof_required` or `stale_token`; rejects where the row can't be read, written or
 * its key is not known here (503): nothing has changed then, and no cookie may be touched.
 */
export const refresh = async <More>(deps: RefreshDeps<More>, input: RefreshInput): Promise<Refreshed> => {
  const { token } = input
  const fingerprint = fingerprintOf(token.token)
  const presented = {
    generation: token.generation,
    issue: token.issue,
    keyId: token.keyId,
    retry: input.retry === fingerprint,
    settled: input.settled === fingerprint,
  }
  let isProven = false
  for (let tries = 0; tries < maxTries; tries += 1) {
    const { session, now } = await deps.sessions.find(token.sessionId)
    if (!session) {
      await deps.requireSameDatabase()
      return { ok: false, error: 'session_ended', reason: 'unknown', fingerprint }
    }
    const decision = decide(session, presented, now, { ...deps.policy, newestKeyId: deps.keyring.newest().id })
    if (decision.action === 'ended') return { ok: false, error: 'session_ended', reason: decision.reason, fingerprint }
    const fault = isProven ? null : await proofFaultOf(session, input.prove)
    if (fault !== null) return { ok: false, error: 'proof_required', fault, fingerprint }
    isProven = true
    switch (decision.action) {
      case 'stale':
        return { ok: false, error: 'stale_token', fingerprint }
      case 'revoke':
        if (!(await revokeForReuse(deps, session, decision.row, input, now))) continue
        return { ok: false, error: 'session_ended', reason: 'reuse', fingerprint }
      case 'access':
      case 'issue': {
        const granted = await grant(deps, session, decision, token, now)
        if (decision.change) {
          const entries = alertEntries(session, decision, input, now)
          if (!(await applyChange(deps, session, decision.change, { now, context: input.context, entries }))) continue
          if (decision.alert) warn(deps, session, decision, input)
        }
        return granted
      }
      default:
        return decision satisfies never
    }
  }
  throw new UnavailableError('the session keeps changing')
}

/** The answer is made before the row is written: a node that can't make it must not have rotated. */
const grant = async (
  deps: Pick<RefreshDeps, 'accessTokens' | 'keyring' | 'policy'>,
  session: SessionRow,
  decision: Granting,
  presented: GenuineToken,
  now: number,
): Promise<Refreshed> => {
  const after: SessionRow = { ...session, ...decision.change }
  // It says which refresh token the jar holds beside it: an earlier sibling must not confirm a later one.
  const { generation, issue } = decision.action === 'access' ? presented : decision
  const access = await grantAccess(deps, { ...after, generation, issue }, now)
  if (decision.action === 'access')
    return { ok: true, session: after, access, refresh: null, fingerprint: fingerprintOf(presented.token), now }
  const key = await deps.keyring.find(decision.keyId)
  if (!key) throw new UnavailableError('the key of this session is not known here yet')
  const made = grantRefresh(key, after)
  return { ok: true, session: after, access, refresh: made, fingerprint: made.fingerprint, now }
}

/** Commits the end before anything is answered; conditional on what was read, so that an honest change wins a race. */
const revokeForReuse = async <More>(
  deps: RefreshDeps<More>,
  read: SessionRow,
  row: number,
  input: RefreshInput,
  now: number,
): Promise<boolean> => {
  const details = { row, generation: read.generation, presented: input.token.generation }
  const committed = deps.transact(async (stores) => {
    const { sessions, audit } = stores
    if (!(await sessions.change(read, {}, read.lastUsedAt))) return false
    if ((await sessions.revoke([read.id], 'reuse', now)).length === 0) return false
    await audit.append([
      auditEntry(input.context, {
        action: 'session:reuse',
        userId: read.userId,
        resource: 'session',
        resourceId: read.id,
        details,
        at: now,
      }),
    ])
    await deps.tellOfReuse?.(stores, { session: read, now, context: input.context })
    return true
  })
  if (!(await orAlarm(deps.log, { reason: 'reuse', sessions: [read.id] }, committed))) return false
  deps.log.warn(
    { event: 'session_reuse', session: read.id, user: read.userId, ...details },
    'a token was used by two: the session is over',
  )
  deps.mailPosted?.()
  await announce(deps, [read.id])
  return true
}

type Granting = Extract<Decision, { action: 'access' | 'issue' }>

const repairDetails = (session: SessionRow, decision: Granting, input: RefreshInput) => ({
  row: decision.row,
  generation: session.generation,
  presented: input.token.generation,
})

/** What an operator should know of is on record in the transaction of the change. */
const alertEntries = (session: SessionRow, decision: Granting, input: RefreshInput, now: number) =>
  decision.alert === null
    ? []
    : [
        auditEntry(input.context, {
          action: `session:${decision.alert === 'commits_lost' ? 'commits-lost' : 'many-siblings'}`,
          userId: session.userId,
          resource: 'session',
          resourceId: session.id,
          details: repairDetails(session, decision, input),
          at: now,
        }),
      ]

const warn = (deps: Pick<RefreshDeps, 'log'>, session: SessionRow, decision: Granting, input: RefreshInput): void =>
  deps.log.warn(
    {
      event: decision.alert,
      session: session.id,
      user: session.userId,
      ...repairDetails(session, decision, input),
    },
    'a session needed repair',
  )
