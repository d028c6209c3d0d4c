// Sign-in with a passkey and nothing else. The authenticator has verified its user, so that it is two factors, and no second one
// is asked for (decisions/0016).
import type { PasskeyAssertion } from '@vigile/contract'
import { beginSignedIn, type Entry, type SignedIn, type SignedInStores } from '../accounts/begin-signed-in.ts'
import type { ClosureStore } from '../accounts/closure-store.ts'
import { offerWayBack, type WayBack } from '../accounts/keep-account.ts'
import { findDevice } from '../accounts/known-device.ts'
import type { AccountStore } from '../accounts/store.ts'
import { auditEntry } from '../audit/entry.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { Limiter, Verdict } from '../limits/limiter.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { strangersAtCodes } from '../second-factor/strangers-at-codes.ts'
import { announce } from '../sessions/announce.ts'
import type { BeginDeps } from '../sessions/begin.ts'
import type { CeremonyFault } from './fault.ts'
import { noteUse, type UseFault, warnOfCopy } from './note-use.ts'
import { type Proof, type ProveDeps, provePasskey } from './prove-passkey.ts'
import type { PasskeyStore } from './store.ts'

export type PasskeySignInDeps = BeginDeps &
  ProveDeps & {
    readonly accounts: AccountStore
    readonly audit: AuditStore
    readonly limiter: Limiter
    readonly recordLimit: RecordLimit
    readonly transact: Transact<
      SignedInStores & {
        accounts: AccountStore
        closures: ClosureStore
        oneTimeTokens: OneTimeTokenStore
        passkeys: PasskeyStore
      }
    >
    readonly channel: Channel
    readonly clock: Clock
    readonly log: Log
    readonly verifyEmail: boolean
  }

export type PasskeySignInInput = Pick<Entry, 'ends' | 'boundKey' | 'context'> & {
  readonly response: PasskeyAssertion
  readonly deviceTokens: readonly string[]
  /** What limits count the client by. Null: never limited. */
  readonly clientKey: string | null
}

export type PasskeySignInResult =
  | { readonly ok: true; readonly value: SignedIn | WayBack; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'invalid_credentials'; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }

/**
 * Signs in. Refuses with `invalid_credentials`, whatever was wrong (unknown passkey, bad signature, disabled or unverified
 * account: all alike, and on record), or `rate_limited`.
 */
export const signInWithPasskey = async (
  deps: PasskeySignInDeps,
  input: PasskeySignInInput,
): Promise<PasskeySignInResult> => {
  const hits = input.clientKey === null ? [] : [{ rule: 'passkeyIp', key: input.clientKey } as const]
  const verdict = await deps.limiter.take(hits)
  if (verdict && !verdict.allowed) {
    const entry = failure(deps, input, null, { reason: 'limited' })
    await deps.recordLimit({ verdict, key: input.clientKey ?? '' }, entry)
    return { ok: false, error: 'rate_limited', verdict }
  }
  const giveBack = () =>
    deps.limiter.release(hits).catch((error) => deps.log.warn({ err: error }, 'a limit could not be given back'))
  const entered = await enter(deps, input).catch(async (error) => {
    await giveBack()
    throw error
  })
  if ('refused' in entered) {
    await deps.audit.append([entered.refused])
    return { ok: false, error: 'invalid_credentials', verdict }
  }
  await giveBack()
  if (entered.kind === 'session') await announce(deps, entered.begun.ended)
  return { ok: true, value: entered, verdict }
}

type Reason = CeremonyFault | UseFault | { readonly reason: 'limited' | 'disabled' | 'unverified' }

const enter = async (
  deps: PasskeySignInDeps,
  input: PasskeySignInInput,
): Promise<SignedIn | WayBack | { readonly refused: AuditEntry }> => {
  const proof = await provePasskey(deps, { response: input.response, purpose: 'sign-in' })
  if (!proof.ok) return { refused: failure(deps, input, proof, proof.fault) }
  const { passkey, use } = proof
  const { ends, boundKey, context, deviceTokens } = input
  const now = deps.clock.now()
  const done = await deps.transact(async (stores): Promise<SignedIn | Reason> => {
    const { accounts, passkeys } = stores
    const account = await accounts.lockActive(passkey.userId)
    if (!account) return { reason: 'disabled' }
    if (deps.verifyEmail && account.emailVerifiedAt === null) return { reason: 'unverified' }
    const fault = await noteUse(passkeys, { passkey, use, now })
    if (fault) return fault
    // As a passkey that is the second factor.
    await accounts.clearUnknownDeviceAttempts(strangersAtCodes(account.id))
    const { deviceToken } = await findDevice(accounts, account.id, deviceTokens)
    const details = { passkey: passkey.id }
    return beginSignedIn(deps, stores, { account, by: 'passkey', now, context, ends, boundKey, deviceToken, details })
  })
  if (!('reason' in done)) return done
  if (done.reason === 'disabled') {
    // Its owner may have closed it, and a passkey that proves its user opens the way back (ACC-7).
    const account = await deps.accounts.findById(passkey.userId)
    const wayBack = account && (await offerWayBack(deps, account, context))
    if (wayBack) return wayBack
  }
  warnOfCopy(deps.log, passkey, done)
  return { refused: failure(deps, input, proof, done) }
}

const failure = (
  deps: PasskeySignInDeps,
  { context }: PasskeySignInInput,
  proof: Proof | null,
  why: Reason,
): AuditEntry =>
  auditEntry(context, {
    action: 'session:sign-in:failed',
    at: deps.clock.now(),
    userId: proof?.passkey?.userId ?? null,
    resource: 'passkey',
    ...(proof?.passkey && { resourceId: proof.passkey.id }),
    details: { by: 'passkey', ...why },
  })
