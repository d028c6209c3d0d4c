// Sign-in with email and password. Known and unknown emails cost the same work and get the same answer (ACC-3, S-13).
import { auditEntry, type Context } from '../audit/entry.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { Verdict } from '../limits/limiter.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { PasswordHasher } from '../passwords/hash-password.ts'
import type { Channel } from '../primitives/channel.ts'
import type { SessionId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from '../sessions/announce.ts'
import { type BeginDeps, type Begun, beginSession } from '../sessions/begin.ts'
import type { SessionStore } from '../sessions/store.ts'
import { announceAccount } from './acts-on-accounts.ts'
import { type AttemptDeps, beginAttempt } from './attempt.ts'
import { createDeviceToken, deviceHash } from './device.ts'
import { type Email, emailHash } from './email.ts'
import type { Account, AccountStore } from './store.ts'

/** An account that keeps changing under a sign-in is given up after so many tries. */
const maxTries = 3

export type SignInDeps = BeginDeps &
  AttemptDeps & {
    readonly audit: AuditStore
    readonly recordLimit: RecordLimit
    readonly transact: Transact<{
      accounts: AccountStore
      sessions: SessionStore
      oneTimeTokens: OneTimeTokenStore
      audit: AuditStore
    }>
    readonly hasher: PasswordHasher
    readonly channel: Channel
    readonly verifyEmail: boolean
  }

export type SignInInput = {
  readonly email: Email
  readonly password: string
  /** The browser's device cookies: one, unless somebody planted more. */
  readonly deviceTokens: readonly string[]
  /** Sessions that this browser holds: they end. */
  readonly ends: readonly SessionId[]
  /** The key that the session will be bound to, or null. */
  readonly boundKey: BoundKey | null
  /** The link that came to the mailbox: this sign-in proves the email, and uses the link up. */
  readonly verification?: { readonly tokenHash: string }
  readonly context: Context
  /** What limits count the client by: its address, or the /64 of it. Null: never limited. */
  readonly clientKey: string | null
}

export type SignedIn = { readonly account: Account; readonly begun: Begun; readonly deviceToken: string }

export type SignInResult =
  | { readonly ok: true; readonly value: SignedIn; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'invalid_credentials'; readonly verdict: Verdict | null }
  /** `closed`: no wait opens it; a browser that the account knows does, or proof of the mailbox. */
  | {
      readonly ok: false
      readonly error: 'rate_limited'
      readonly verdict: Verdict
      readonly reason: 'limited' | 'closed'
    }

/**
 * Signs in. Refuses with `invalid_credentials` (unknown email, wrong password, disabled or unverified account: all alike)
 * or `rate_limited`.
 */
export const signIn = async (deps: SignInDeps, input: SignInInput): Promise<SignInResult> => {
  const account = await deps.accounts.findByEmailKey(input.email.key)
  const attempt = await beginAttempt(deps, { ...input, account })
  if (!attempt.allowed) {
    const { verdict, reason } = attempt
    await deps.recordLimit(attempt, failure(deps, input, account, { reason, rule: verdict.rule }))
    return { ok: false, error: 'rate_limited', verdict, reason }
  }
  const { verdict } = attempt
  const entered = await enter(deps, input, account, attempt).catch(attempt.undone)
  if (typeof entered === 'string') {
    // A failed sign-in is on record, or it is not answered as one.
    await deps.audit.append([failure(deps, input, account, { reason: entered })])
    return { ok: false, error: 'invalid_credentials', verdict }
  }
  await attempt.succeeded()
  const { account: entrant, begun } = entered
  await (input.verification ? announceAccount(deps, entrant.id, begun.ended) : announce(deps, begun.ended))
  return { ok: true, value: entered, verdict }
}

type Refusal = 'unknown_email' | 'wrong_password' | 'disabled' | 'unverified' | 'changed_meanwhile'

/** Signs in, or gives the reason for the record. */
const enter = async (
  deps: SignInDeps,
  input: SignInInput,
  account: Account | null,
  attempt: { readonly who: string; readonly deviceToken: string | null },
  tries = maxTries,
): Promise<SignedIn | Refusal> => {
  const { ok: right, upgrade } = await checkPassword(deps, account, input)
  const refusal = refusalOf(account, right, deps.verifyEmail && !input.verification)
  if (!account?.passwordHash || refusal !== null) return refusal ?? 'wrong_password'
  const upgraded = upgrade ? await deps.hasher.hash(input.password, input.clientKey ?? undefined) : null
  const signedIn = await begin(deps, input, account, { hash: account.passwordHash, upgraded, ...attempt })
  if (signedIn) return signedIn
  // Another sign-in may have upgraded the hash meanwhile; or something happened that keeps this one out.
  if (tries === 1) return 'changed_meanwhile'
  return enter(deps, input, await deps.accounts.findByEmailKey(input.email.key), attempt, tries - 1)
}

/** One hash, whether there is an account or not. */
const checkPassword = async ({ hasher }: SignInDeps, account: Account | null, input: SignInInput) => {
  const client = input.clientKey ?? undefined
  if (account?.passwordHash) return hasher.verify(account.passwordHash, input.password, client)
  await hasher.verifyDummy(input.password, client)
  return { ok: false, upgrade: false }
}

const refusalOf = (account: Account | null, right: boolean, verifyEmail: boolean): Refusal | null => {
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
  proof: {
    readonly hash: string
    readonly upgraded: string | null
    readonly who: string
    readonly deviceToken: string | null
  },
): Promise<SignedIn | null> => {
  const deviceToken = proof.deviceToken ?? createDeviceToken()
  const now = deps.clock.now()
  return deps.transact(async ({ accounts, sessions, oneTimeTokens, audit }) => {
    if (!(await accounts.confirmPassword(account.id, proof.hash, proof.upgraded, now))) return null
    const { context, ends, boundKey, verification } = input
    if (verification && !(await verify(verification.tokenHash, account, { accounts, oneTimeTokens, now }))) return null
    const begun = await beginSession(deps, { sessions, audit }, { userId: account.id, now, context, ends, boundKey })
    await accounts.clearUnknownDeviceAttempts(proof.who)
    await accounts.rememberDevice(account.id, deviceHash(deviceToken, account.id), now)
    await audit.append([
      auditEntry(context, {
        action: 'session:sign-in',
        at: now,
        userId: account.id,
        resource: 'session',
        resourceId: begun.session.id,
        details: { by: 'password', ...(verification && { verified: 'email' }) },
      }),
    ])
    const isVerified = verification && { emailVerifiedAt: account.emailVerifiedAt ?? now }
    return { account: { ...account, ...isVerified }, begun, deviceToken }
  })
}

/** Whether the link was still good, and for this address. */
const verify = async (
  tokenHash: string,
  { id, emailKey }: Account,
  stores: { readonly accounts: AccountStore; readonly oneTimeTokens: OneTimeTokenStore; readonly now: number },
): Promise<boolean> => {
  const { accounts, oneTimeTokens, now } = stores
  const used = await oneTimeTokens.use(tokenHash, 'verify_email', now)
  if (used?.userId !== id || used.emailKey !== emailKey) return false
  await oneTimeTokens.endAll(id, 'verify_email', now)
  await accounts.setEmailVerified(id, now)
  await accounts.clearUnknownDeviceAttempts(emailHash({ key: emailKey }))
  return true
}

const failure = (
  deps: SignInDeps,
  input: SignInInput,
  account: Account | null,
  details: { readonly reason: Refusal | 'limited' | 'closed'; readonly rule?: string },
): AuditEntry =>
  auditEntry(input.context, {
    action: 'session:sign-in:failed',
    at: deps.clock.now(),
    userId: account?.id ?? null,
    resource: 'user',
    details: { ...details, emailHash: emailHash(input.email).slice(0, 16) },
  })
