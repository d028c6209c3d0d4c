// Sign-in with email and password. Known and unknown emails cost the same work and get the same answer (ACC-3, S-13).

import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Hit, Limiter, Verdict } from '../limits/limiter.ts'
import type { PasswordHasher } from '../passwords/hash-password.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from '../sessions/announce.ts'
import { type BeginDeps, type Begun, beginSession } from '../sessions/begin.ts'
import type { SessionStore } from '../sessions/store.ts'
import { createDeviceToken, deviceHash } from './device.ts'
import { type Email, emailHash } from './email.ts'
import type { Account, AccountStore } from './store.ts'

/** S-11: so many failures in a row from unknown devices, and sign-in from unknown devices closes (LIM-7). */
const maxFailuresInARow = 100
/** What the answer says while it is closed: only proof of the mailbox opens it again. */
const closedSeconds = 86_400
/** Stands for the account of an unknown email, so that the same statements run. */
const nobody = 'AAAAAAAAAAAAAAAAAAAAAA' as UserId

export type SignInDeps = BeginDeps & {
  readonly accounts: AccountStore
  readonly audit: AuditStore
  readonly transact: Transact<{ accounts: AccountStore; sessions: SessionStore; audit: AuditStore }>
  readonly hasher: PasswordHasher
  readonly limiter: Limiter
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
  readonly verifyEmail: boolean
}

export type SignInInput = {
  readonly email: Email
  readonly password: string
  /** The browser's device cookie, where it has one. */
  readonly deviceToken: string | null
  /** Sessions that this browser holds: they end. */
  readonly ends: readonly SessionId[]
  readonly context: Context
  /** What limits count the client by: its address, or the /64 of it. Null: never limited. */
  readonly clientKey: string | null
}

export type SignedIn = { readonly account: Account; readonly begun: Begun; readonly deviceToken: string }

export type SignInResult =
  | { readonly ok: true; readonly value: SignedIn; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'invalid_credentials'; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }

/**
 * Signs in. Refuses with `invalid_credentials` (unknown email, wrong password, disabled or unverified account: all alike)
 * or `rate_limited`.
 */
export const signIn = async (deps: SignInDeps, input: SignInInput): Promise<SignInResult> => {
  const { accounts, hasher, limiter } = deps
  const account = await accounts.findByEmailKey(input.email.key)
  const device = input.deviceToken === null ? null : deviceHash(input.deviceToken, account?.id ?? nobody)
  const known = device !== null && (await accounts.isKnownDevice(account?.id ?? nobody, device))
  const who = known ? `${emailHash(input.email)}.${device}` : emailHash(input.email)
  const hits = known ? [{ rule: 'signInDevice', key: who } as const] : strangerHits(input.clientKey, who)

  const verdict = await limiter.take(hits)
  if (verdict && !verdict.allowed) {
    await record(deps, input, account, 'limited')
    return { ok: false, error: 'rate_limited', verdict }
  }
  if (!(await accounts.beginUnknownDeviceAttempt(who, maxFailuresInARow, deps.clock.now()))) {
    await record(deps, input, account, 'closed')
    return { ok: false, error: 'rate_limited', verdict: closed(known) }
  }
  const { ok: right, upgrade } = await checkPassword(deps, account, input.password).catch(async (error) => {
    // What could not be checked (too many are waiting) was no failed attempt.
    await giveBack(deps, hits)
    throw error
  })

  const refusal = refusalOf(account, right, deps.verifyEmail)
  if (!account?.passwordHash || refusal !== null) {
    await record(deps, input, account, refusal ?? 'unknown_email')
    return { ok: false, error: 'invalid_credentials', verdict }
  }
  const upgraded = upgrade ? await hasher.hash(input.password) : null
  const value = await begin(deps, input, account, account.passwordHash, upgraded, who)
  if (!value) {
    await record(deps, input, account, 'changed_meanwhile')
    return { ok: false, error: 'invalid_credentials', verdict }
  }
  await giveBack(deps, hits)
  await announce(deps, value.begun.ended)
  return { ok: true, value, verdict }
}

const checkPassword = async ({ hasher }: SignInDeps, account: Account | null, password: string) => {
  if (account?.passwordHash) return hasher.verify(account.passwordHash, password)
  await hasher.verifyDummy(password)
  return { ok: false, upgrade: false }
}

/** The rules count failures, so an attempt that was none is taken back; `signInAny` counts them all. */
const giveBack = (deps: SignInDeps, hits: readonly Hit[]): Promise<void> =>
  deps.limiter
    .release(hits.filter(({ rule }) => rule !== 'signInAny'))
    .catch((error) => deps.log.warn({ err: error }, 'a limit could not be given back'))

/** LIM-7: only browsers that the account does not know use up these. */
const strangerHits = (clientKey: string | null, who: string): readonly Hit[] => [
  ...(clientKey === null
    ? []
    : [
        { rule: 'signInIp', key: clientKey } as const,
        { rule: 'signInIpHour', key: clientKey } as const,
        { rule: 'signInAny', key: clientKey } as const,
      ]),
  { rule: 'signInAccount', key: who },
]

const closed = (known: boolean): Verdict => ({
  allowed: false,
  rule: known ? 'signInDevice' : 'signInAccount',
  limit: maxFailuresInARow,
  windowSeconds: closedSeconds,
  remaining: 0,
  resetSeconds: closedSeconds,
})

const refusalOf = (account: Account | null, right: boolean, verifyEmail: boolean): string | null => {
  if (!account) return 'unknown_email'
  if (!right) return 'wrong_password'
  if (!account.isActive) return 'disabled'
  return verifyEmail && account.emailVerifiedAt === null ? 'unverified' : null
}

/** Everything that a successful sign-in writes, in one transaction. Null: the account changed since it was read. */
const begin = (
  deps: SignInDeps,
  input: SignInInput,
  account: Account,
  hash: string,
  upgraded: string | null,
  who: string,
): Promise<SignedIn | null> => {
  const deviceToken = input.deviceToken ?? createDeviceToken()
  const now = deps.clock.now()
  return deps.transact(async ({ accounts, sessions, audit }) => {
    if (!(await accounts.confirmPassword(account.id, hash, upgraded, now))) return null
    const begun = await beginSession(
      deps,
      { sessions, audit },
      { userId: account.id, now, context: input.context, ends: input.ends },
    )
    await accounts.clearUnknownDeviceAttempts(who)
    await accounts.rememberDevice(account.id, deviceHash(deviceToken, account.id), now)
    await audit.append([
      auditEntry(input.context, {
        action: 'session:sign-in',
        at: now,
        userId: account.id,
        resource: 'session',
        resourceId: begun.session.id,
        details: { by: 'password' },
      }),
    ])
    return { account, begun, deviceToken }
  })
}

/** A refused sign-in is on record, or it is not answered as one. */
const record = (deps: SignInDeps, input: SignInInput, account: Account | null, why: string): Promise<void> =>
  deps.audit.append([
    auditEntry(input.context, {
      action: 'session:sign-in:failed',
      at: deps.clock.now(),
      userId: account?.id ?? null,
      resource: 'user',
      details: { reason: why, emailHash: emailHash(input.email).slice(0, 16) },
    }),
  ])
