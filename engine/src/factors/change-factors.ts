// What a signed-in person changes of the account's second factors. Each change is on record, and told by letter (S-16).
import type { Locale } from '@vigile/contract'
import { type BySession, lockOwner } from '../accounts/lock-owner.ts'
import { postNotice } from '../accounts/post-notice.ts'
import type { Account } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { FactorName } from '../mail/letter.ts'
import { hasFactor, isLastRequired } from '../second-factor/policy.ts'
import { renewRecoveryCodes } from '../second-factor/recovery-codes.ts'
import type { HeldFactors } from '../second-factor/store.ts'
import { addTotp, checkFirstCode } from './enrol-totp.ts'
import type { FactorDeps, FactorStores } from './factor-deps.ts'

export type FactorChange = BySession & { readonly context: Context; readonly locale: Locale }

type Refused<Code extends string> = { readonly ok: false; readonly error: Code }
type Codes = { readonly recoveryCodes: readonly string[] | null }
type Done<Value> = { readonly ok: true; readonly value: Value }

/** Adds the app whose first code this is, in place of the one before. Refuses `expired`, `wrong_code` and `unauthenticated`. */
export const confirmTotp = async (
  deps: FactorDeps,
  input: FactorChange & { readonly code: string },
): Promise<Done<Codes> | Refused<'expired' | 'wrong_code' | 'unauthenticated'>> => {
  const confirmed = await checkFirstCode(deps, input.userId, input.code)
  if (typeof confirmed === 'string') return { ok: false, error: confirmed }
  const added = await change(deps, input, (stores, at) => addTotp(deps, stores, { ...input, ...at, confirmed }))
  if (added === 'unauthenticated') return { ok: false, error: added }
  return added ? { ok: true, value: added } : { ok: false, error: 'expired' }
}

/** Refuses `not_found` (there is none), `required` (it is the last factor, and one is required) and `unauthenticated`. */
export const removeTotp = async (
  deps: FactorDeps,
  input: FactorChange,
): Promise<Done<undefined> | Refused<'not_found' | 'required' | 'unauthenticated'>> => {
  const error = await change(deps, input, async (stores, { account, before, now }) => {
    if (!before.totp) return 'not_found' as const
    const left = { ...before, totp: false }
    if (await isLastRequired(deps.secondFactor, stores.roles, { userId: account.id, left })) return 'required' as const
    await stores.totp.remove(account.id)
    // They stood in for what is gone: on their own they would only be one more way in.
    if (!hasFactor(left)) await stores.recoveryCodes.removeAll(account.id)
    await tell(deps, stores, input, { account, now, kind: 'factor_removed', factor: 'totp' })
    return null
  })
  return error === null ? { ok: true, value: undefined } : { ok: false, error }
}

/** New codes; the old ones are good no more. Refuses `not_found` where there is no factor that they could stand in for. */
export const changeRecoveryCodes = async (
  deps: FactorDeps,
  input: FactorChange,
): Promise<Done<{ readonly recoveryCodes: readonly string[] }> | Refused<'not_found' | 'unauthenticated'>> => {
  const recoveryCodes = await change(deps, input, async (stores, { account, before, now }) => {
    if (!hasFactor(before)) return null
    const codes = await renewRecoveryCodes(stores.recoveryCodes, account.id, now)
    await tell(deps, stores, input, { account, now, kind: 'factor_added', factor: 'recovery_codes' })
    return codes
  })
  if (recoveryCodes === 'unauthenticated') return { ok: false, error: recoveryCodes }
  return recoveryCodes ? { ok: true, value: { recoveryCodes } } : { ok: false, error: 'not_found' }
}

type At = { readonly account: Account; readonly before: HeldFactors; readonly now: number }

/** The act in a transaction that holds the account's row: what it holds can't change meanwhile. `unauthenticated`: the session is over. */
const change = async <Value>(
  deps: FactorDeps,
  by: FactorChange,
  act: (stores: FactorStores, at: At) => Promise<Value>,
): Promise<Value | 'unauthenticated'> => {
  const now = deps.clock.now()
  const done = await deps.transact(async (stores) => {
    const account = await lockOwner(stores, by)
    if (!account) return 'unauthenticated'
    return act(stores, { account, before: await stores.factors.held(account.id), now })
  })
  deps.mailPosted()
  return done
}

const tell = async (
  deps: FactorDeps,
  stores: FactorStores,
  { context, locale }: FactorChange,
  told: {
    readonly account: Account
    readonly now: number
    readonly kind: 'factor_added' | 'factor_removed'
    readonly factor: FactorName
  },
): Promise<void> => {
  const { account, now, kind, factor } = told
  const userId = account.id
  const action = kind === 'factor_added' ? 'factor:add' : 'factor:remove'
  const act = { action, at: now, userId, resource: 'user', resourceId: userId, details: { factor } }
  await stores.audit.append([auditEntry(context, act)])
  await postNotice(deps, stores, { notice: { kind, factor }, account, now, context, locale })
}
