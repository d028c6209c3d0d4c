// The second factor by a code: of an authenticator app, or one of the recovery codes.
import { type Attempt, countAttempt } from '../accounts/attempt.ts'
import type { SignedIn } from '../accounts/begin-signed-in.ts'
import { findDevice } from '../accounts/known-device.ts'
import { postNotice } from '../accounts/post-notice.ts'
import { auditEntry } from '../audit/entry.ts'
import type { AuditEntry } from '../audit/store.ts'
import type { Verdict } from '../limits/limiter.ts'
import { recoveryCodeHash } from '../second-factor/recovery-codes.ts'
import { openSecret, sealAnew } from '../second-factor/sealed-secret.ts'
import { strangersAtCodes } from '../second-factor/strangers-at-codes.ts'
import { stepOfCode } from '../second-factor/totp.ts'
import type { FactorDeps, FactorStores } from './factor-deps.ts'
import { type At, finishSignIn, type WaitingInput } from './finish-sign-in.ts'

/** Wrong codes that end a sign-in (S-22). */
export const maxTries = 5

export type CodeInput = WaitingInput & { readonly method: 'totp' | 'recovery_code'; readonly code: string }

export type CodeResult =
  | { readonly ok: true; readonly value: SignedIn; readonly verdict: Verdict | null }
  /** `unauthenticated`: what waited is over. */
  | {
      readonly ok: false
      readonly error: 'invalid_code' | 'unauthenticated'
      readonly verdict: Verdict | null
    }
  /** `closed`: no wait opens it; a recovery code or a passkey does. */
  | {
      readonly ok: false
      readonly error: 'rate_limited'
      readonly verdict: Verdict
      readonly reason: 'limited' | 'closed'
    }

/** Signs in by a code. Refuses `invalid_code` (wrong, used or too old), `unauthenticated` and `rate_limited`. */
export const passByCode = async (deps: FactorDeps, input: CodeInput): Promise<CodeResult> => {
  const { pending } = input
  const attempt = input.method === 'totp' ? await countTotp(deps, input) : await uncounted(deps, input)
  if (!attempt.allowed) {
    const { verdict, reason } = attempt
    await deps.recordLimit(attempt, failure(deps, input, { reason, rule: verdict.rule }))
    return { ok: false, error: 'rate_limited', verdict, reason }
  }
  const { verdict } = attempt
  const isTry = await deps.pendingSignIns.beginTry(pending.tokenHash, maxTries, deps.clock.now()).catch(attempt.undone)
  if (!isTry) {
    await attempt.takenBack()
    return { ok: false, error: 'unauthenticated', verdict }
  }
  const finished = await check(deps, input, attempt).catch(async (error) => {
    await deps.pendingSignIns
      .takeBackTry(pending.tokenHash)
      .catch((cause) => deps.log.warn({ err: cause }, 'a try could not be taken back'))
    return attempt.undone(error)
  })
  if (finished === 'over') return { ok: false, error: 'unauthenticated', verdict }
  if (finished === 'refused') {
    // A failed sign-in is on record, or it is not answered as one.
    const failed = failure(deps, input, { reason: 'wrong_code' })
    if (attempt.isLast && !attempt.known) await tellOfClosing(deps, input, failed).catch(attempt.undone)
    else await deps.audit.append([failed])
    return { ok: false, error: 'invalid_code', verdict }
  }
  await attempt.succeeded()
  if (input.method === 'recovery_code') deps.mailPosted()
  return { ok: true, value: finished.signedIn, verdict }
}

/** S-16: somebody with the right password has guessed a hundred codes. Its owner hears of it when that closes codes to strangers. */
const tellOfClosing = async (
  deps: FactorDeps,
  { pending, context, locale }: CodeInput,
  failed: AuditEntry,
): Promise<void> => {
  await deps.transact(async (stores) => {
    const account = await stores.accounts.lockActive(pending.userId)
    await stores.audit.append([failed])
    const now = deps.clock.now()
    if (account) await postNotice(deps, stores, { notice: { kind: 'codes_closed' }, account, now, context, locale })
  })
  deps.mailPosted()
}

type Counted = Omit<Extract<Attempt, { allowed: true }>, 'verdict'> & {
  readonly verdict: Verdict | null
}

/** Six digits can be guessed, so failures are counted by account, as those at a password are. */
const countTotp = (deps: FactorDeps, { pending, deviceTokens }: CodeInput): Promise<Attempt> =>
  countAttempt(deps, {
    userId: pending.userId,
    name: strangersAtCodes(pending.userId),
    deviceTokens,
    hits: ({ who, known }) => [
      { rule: known ? 'secondFactorDevice' : 'secondFactor', key: who, userId: pending.userId },
    ],
    closes: (known) => (known ? 'secondFactorDevice' : 'secondFactor'),
  })

/** A recovery code has 80 bits: nobody guesses it, so nobody's guesses may lock the owner out of it. */
const uncounted = async (deps: FactorDeps, { pending, deviceTokens }: CodeInput): Promise<Counted> => {
  const { deviceToken } = await findDevice(deps.accounts, pending.userId, deviceTokens)
  return {
    allowed: true,
    verdict: null,
    // It proves more than a code of an app does: who closed those to strangers is no longer heard.
    who: strangersAtCodes(pending.userId),
    known: false,
    isLast: false,
    deviceToken,
    succeeded: async () => {},
    takenBack: async () => {},
    undone: async (error) => {
      throw error
    },
  }
}

const check = async (deps: FactorDeps, input: CodeInput, { who, deviceToken }: Counted) => {
  const useUp = input.method === 'totp' ? await readTotp(deps, input) : readRecoveryCode(deps, input)
  if (!useUp) return 'refused'
  return finishSignIn(deps, input, { factor: input.method, deviceToken, useUp, clears: [who] })
}

/** Checks the code of an app outside the transaction; within it, its step is used up. Null: it is wrong. */
const readTotp = async (deps: FactorDeps, { pending, code }: CodeInput) => {
  const factor = await deps.totp.find(pending.userId)
  if (!factor) return null
  const secret = await openSecret(deps.keyring, factor)
  const step = stepOfCode(secret, code, deps.clock.now())
  if (step === null) return null
  return async ({ totp }: FactorStores): Promise<true | null> => {
    if (!(await totp.useStep(factor, step))) return null
    await sealAnew(deps.keyring, totp, factor, secret)
    return true
  }
}

/** S-16: its owner is told in the same transaction, since a sheet of codes may lie in other hands. */
const readRecoveryCode =
  (deps: FactorDeps, { pending, code, context, locale }: CodeInput) =>
  async (stores: FactorStores, { account, held, now }: At): Promise<true | null> => {
    if (!(await stores.recoveryCodes.use(pending.userId, recoveryCodeHash(pending.userId, code), now))) return null
    const notice = { kind: 'recovery_code_used', left: held.recoveryCodes - 1 } as const
    await postNotice(deps, stores, { notice, account, now, context, locale })
    return true
  }

const failure = (
  deps: FactorDeps,
  { pending, method, context }: CodeInput,
  details: { readonly reason: 'wrong_code' | 'limited' | 'closed'; readonly rule?: string },
): AuditEntry =>
  auditEntry(context, {
    action: 'session:sign-in:failed',
    at: deps.clock.now(),
    userId: pending.userId,
    resource: 'user',
    resourceId: pending.userId,
    details: { by: pending.by, secondFactor: method, ...details },
  })
