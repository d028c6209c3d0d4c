// Sign-in with email and password. Known and unknown emails cost the same work and get the same answer (ACC-3, S-13).
import { auditEntry, type Context } from '../audit/entry.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { Keyring } from '../keys/keyring.ts'
import { pseudonym } from '../keys/pseudonym.ts'
import type { Verdict } from '../limits/limiter.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { HashClient } from '../passwords/hash-gate.ts'
import type { PasswordHasher } from '../passwords/hash-password.ts'
import type { Channel } from '../primitives/channel.ts'
import type { SessionId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from '../sessions/announce.ts'
import { announceAccount } from './acts-on-accounts.ts'
import { type AttemptDeps, beginAttempt, nobody } from './attempt.ts'
import type { ClosureStore } from './closure-store.ts'
import { type Email, emailHash } from './email.ts'
import { type EnterDeps, type Entered, type EnterStores, enter } from './enter.ts'
import { offerWayBack, type WayBack } from './keep-account.ts'
import type { Account, AccountStore } from './store.ts'

/** An account that keeps changing under a sign-in is given up after so many tries. */
const maxTries = 3

export type SignInDeps = EnterDeps &
  AttemptDeps & {
    readonly audit: AuditStore
    readonly closures: Pick<ClosureStore, 'find'>
    readonly recordLimit: RecordLimit
    readonly transact: Transact<
      EnterStores & { accounts: AccountStore; closures: ClosureStore; oneTimeTokens: OneTimeTokenStore }
    >
    readonly hasher: PasswordHasher
    readonly keyring: Pick<Keyring, 'newest'>
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

export type SignInResult =
  /** `closed`: the owner has closed the account; a right password opens the way back, and no session. */
  | { readonly ok: true; readonly value: Entered | WayBack; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'invalid_credentials'; readonly verdict: Verdict | null }
  /** `closed`: no wait opens it; a browser that the account knows does, or proof of the mailbox. */
  | {
      readonly ok: false
      readonly error: 'rate_limited'
      readonly verdict: Verdict
      readonly reason: 'limited' | 'closed'
    }

/**
 * Signs in, or leaves a sign-in that waits for its second factor. Refuses with `invalid_credentials` (unknown email, wrong password, disabled or unverified account: all alike)
 * or `rate_limited`.
 */
export const signIn = async (deps: SignInDeps, input: SignInInput): Promise<SignInResult> => {
  // A flood that finds no place to wait costs the database nothing, which others need.
  if (input.deviceTokens.length === 0) deps.hasher.requireRoom()
  const account = await deps.accounts.findByEmailKey(input.email.key)
  const attempt = await beginAttempt(deps, { ...input, account })
  // Of a browser that the account knows: hardly a stranger's guess.
  const known = attempt.known && { known: true }
  if (!attempt.allowed) {
    const { verdict, reason } = attempt
    await deps.recordLimit(attempt, failure(deps, input, account, { reason, rule: verdict.rule, ...known }))
    return { ok: false, error: 'rate_limited', verdict, reason }
  }
  const { verdict } = attempt
  const entered = await prove(deps, input, account, attempt).catch(attempt.undone)
  // Asked for whoever was refused, so that a closed account costs what any other does (S-13).
  const closure = typeof entered === 'string' && (await deps.closures.find(account?.id ?? nobody, deps.clock.now()))
  const wayBack = closure && account && entered === 'disabled' ? await offerWayBack(deps, account, input.context) : null
  if (wayBack) {
    await attempt.succeeded()
    return { ok: true, value: wayBack, verdict }
  }
  if (typeof entered === 'string') {
    // A failed sign-in is on record, or it is not answered as one.
    await deps.audit.append([failure(deps, input, account, { reason: entered, ...known })])
    return { ok: false, error: 'invalid_credentials', verdict }
  }
  await attempt.succeeded()
  const ended = entered.kind === 'session' ? entered.begun.ended : []
  await (input.verification ? announceAccount(deps, entered.account.id, ended) : announce(deps, ended))
  return { ok: true, value: entered, verdict }
}

type Refusal = 'unknown_email' | 'wrong_password' | 'disabled' | 'unverified' | 'changed_meanwhile'

/** Checks the first factor and goes on from there, or gives the reason for the record. */
const prove = async (
  deps: SignInDeps,
  input: SignInInput,
  account: Account | null,
  attempt: { readonly who: string; readonly known: boolean; readonly deviceToken: string | null },
  tries = maxTries,
): Promise<Entered | Refusal> => {
  const client = attempt.known ? { known: attempt.who } : (input.clientKey ?? undefined)
  const { ok: right, upgrade } = await checkPassword(deps, account, input.password, client)
  const refusal = refusalOf(account, right, deps.verifyEmail && !input.verification)
  if (!account?.passwordHash || refusal !== null) return refusal ?? 'wrong_password'
  const upgraded = upgrade ? await deps.hasher.hash(input.password, client) : null
  const entered = await commit(deps, input, account, { hash: account.passwordHash, upgraded, ...attempt })
  if (entered) return entered
  // Another sign-in may have upgraded the hash meanwhile; or something happened that keeps this one out.
  if (tries === 1) return 'changed_meanwhile'
  return prove(deps, input, await deps.accounts.findByEmailKey(input.email.key), attempt, tries - 1)
}

/** One hash, whether there is an account or not. */
const checkPassword = async (
  { hasher }: SignInDeps,
  account: Account | null,
  password: string,
  client: HashClient | undefined,
) => {
  if (account?.passwordHash) return hasher.verify(account.passwordHash, password, client)
  await hasher.verifyDummy(password, client)
  return { ok: false, upgrade: false }
}

const refusalOf = (account: Account | null, right: boolean, verifyEmail: boolean): Refusal | null => {
  if (!account) return 'unknown_email'
  if (!right) return 'wrong_password'
  if (!account.isActive) return 'disabled'
  return verifyEmail && account.emailVerifiedAt === null ? 'unverified' : null
}

/** Everything that a right password writes, in one transaction. Null: the account changed since it was read. */
const commit = (
  deps: SignInDeps,
  input: SignInInput,
  account: Account,
  proof: {
    readonly hash: string
    readonly upgraded: string | null
    readonly who: string
    readonly deviceToken: string | null
  },
): Promise<Entered | null> => {
  const now = deps.clock.now()
  return deps.transact(async (stores) => {
    const { accounts, oneTimeTokens } = stores
    if (!(await accounts.confirmPassword(account.id, proof.hash, proof.upgraded, now))) return null
    const { context, ends, boundKey, verification } = input
    if (verification && !(await verify(verification.tokenHash, account, { accounts, oneTimeTokens, now }))) return null
    await accounts.clearUnknownDeviceAttempts(proof.who)
    const { deviceToken } = proof
    const from = { by: 'password', now, context, ends, boundKey, deviceToken } as const
    if (!verification) return enter(deps, stores, { ...from, account })
    const verified = { ...account, emailVerifiedAt: account.emailVerifiedAt ?? now }
    return enter(deps, stores, { ...from, account: verified, details: { verified: 'email' } })
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
  details: { readonly reason: Refusal | 'limited' | 'closed'; readonly rule?: string; readonly known?: boolean },
): AuditEntry =>
  auditEntry(input.context, {
    action: 'session:sign-in:failed',
    at: deps.clock.now(),
    userId: account?.id ?? null,
    resource: 'user',
    details: { ...details, emailHash: pseudonym(deps.keyring, emailHash(input.email)) },
  })
