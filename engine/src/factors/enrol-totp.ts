// An authenticator app is set up in two steps: a secret to scan, then a first code of it. Until then nothing has changed.
import type { Locale } from '@vigile/contract'
import { postNotice } from '../accounts/post-notice.ts'
import type { Account } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { UserId } from '../primitives/ids.ts'
import { recoveryCodesOfFirst } from '../second-factor/recovery-codes.ts'
import { openSecret, sealSecret } from '../second-factor/sealed-secret.ts'
import type { HeldFactors, TotpEnrolment, TotpFactor } from '../second-factor/store.ts'
import { strangersAtCodes } from '../second-factor/strangers-at-codes.ts'
import { createTotpSecret, stepOfCode, totpUri } from '../second-factor/totp.ts'
import type { FactorDeps, FactorStores } from './factor-deps.ts'

/** How long it may take to install an app. */
const enrolmentLifeMs = 3_600_000

/** `uri`: what the picture for the app says. Both are shown once; the account changes only by a code of them. */
export type TotpOffer = { readonly secret: string; readonly uri: string }

/** A new secret each time, in place of one that was never confirmed. */
export const offerTotp = async (
  deps: Pick<FactorDeps, 'accounts' | 'totp' | 'keyring' | 'clock' | 'name'>,
  userId: UserId,
): Promise<TotpOffer | null> => {
  const account = await deps.accounts.findById(userId)
  if (!account?.isActive) return null
  const secret = createTotpSecret()
  const { sealed } = sealSecret(deps.keyring, userId, secret)
  const createdAt = deps.clock.now()
  await deps.totp.beginEnrolment({ userId, sealed, createdAt, expiresAt: createdAt + enrolmentLifeMs })
  return { secret, uri: totpUri(secret, { issuer: deps.name, label: account.email }) }
}

/** A right first code. */
export type ConfirmedTotp = { readonly enrolment: TotpEnrolment; readonly secret: string; readonly step: number }

/** Checks the first code. Refuses `expired` (no secret waits for one) and `wrong_code`. */
export const checkFirstCode = async (
  deps: Pick<FactorDeps, 'totp' | 'keyring' | 'clock'>,
  userId: UserId,
  code: string,
): Promise<ConfirmedTotp | 'expired' | 'wrong_code'> => {
  const now = deps.clock.now()
  const enrolment = await deps.totp.findEnrolment(userId, now)
  if (!enrolment) return 'expired'
  const secret = await openSecret(deps.keyring, enrolment)
  const step = stepOfCode(secret, code, now)
  return step === null ? 'wrong_code' : { enrolment, secret, step }
}

/**
 * Adds the app, within a transaction that has locked the account's row. The first code is used up with it (S-20). Null: another
 * request was quicker.
 */
export const addTotp = async (
  deps: Pick<FactorDeps, 'keyring'>,
  stores: FactorStores,
  input: {
    readonly account: Account
    readonly confirmed: ConfirmedTotp
    readonly before: HeldFactors
    readonly now: number
    readonly context: Context
    readonly locale: Locale
  },
): Promise<{ readonly recoveryCodes: readonly string[] | null } | null> => {
  const { account, confirmed, before, now, context, locale } = input
  const { id: userId } = account
  if (!(await stores.totp.endEnrolment(confirmed.enrolment))) return null
  const former = await stores.totp.find(userId)
  const { sealed, keyId } = sealSecret(deps.keyring, userId, confirmed.secret)
  await stores.totp.put({ userId, sealed, keyId, lastStep: confirmed.step, createdAt: now })
  // What was guessed at the codes of another app counts nothing here.
  await stores.accounts.clearUnknownDeviceAttempts(strangersAtCodes(userId))
  const recoveryCodes = await recoveryCodesOfFirst(stores, { userId, before, now })
  const details = { factor: 'totp', ...(former && { replaced: true }) }
  await stores.audit.append([
    auditEntry(context, { action: 'factor:add', at: now, userId, resource: 'user', resourceId: userId, details }),
  ])
  const notice = { kind: 'factor_added', factor: 'totp' } as const
  const replaced = former && { formerApp: withoutUser(former) }
  await postNotice(deps, stores, { notice, account, now, context, locale, ...replaced })
  return { recoveryCodes }
}

const withoutUser = ({ userId: _, ...app }: TotpFactor): Omit<TotpFactor, 'userId'> => app
