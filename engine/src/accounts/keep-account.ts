// The way back from a closed account: by the link of the letter, or by what a sign-in with the right password is given. It
// begins no session: whoever comes back still meets all that a sign-in asks for, the second factor included.
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import { type OneTimeToken, oneTimeTokenHash } from '../one-time-tokens/one-time-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import { announceAccount } from './acts-on-accounts.ts'
import type { CloseAccountDeps } from './close-account.ts'
import type { ClosureStore } from './closure-store.ts'
import { postNotice } from './post-notice.ts'
import type { Account, AccountStore } from './store.ts'

const purpose = 'keep_account' as const

/** What a right password opens of a closed account: nothing but the way back. */
export type WayBack = { readonly kind: 'closed'; readonly token: OneTimeToken; readonly deleteAt: number }

export type OfferDeps = {
  readonly transact: Transact<{ closures: ClosureStore; oneTimeTokens: OneTimeTokenStore; audit: AuditStore }>
  readonly clock: Clock
}

/** Null: the owner has not closed this account, or its time has come. */
export const offerWayBack = async (
  deps: OfferDeps,
  account: Pick<Account, 'id' | 'emailKey'>,
  context: Context,
): Promise<WayBack | null> =>
  deps.transact(async ({ closures, oneTimeTokens, audit }) => {
    const now = deps.clock.now()
    const { id: userId, emailKey } = account
    const closure = await closures.find(userId, now)
    if (!closure) return null
    const { deleteAt } = closure
    const { token } = await issueToken(oneTimeTokens, { purpose, userId, emailKey, now })
    const act = { action: 'user:keep-offered', at: now, userId, resource: 'user', resourceId: userId }
    await audit.append([auditEntry(context, act)])
    return { kind: 'closed', token, deleteAt }
  })

/** Opens the account again. Refuses `link_expired`: used, too old, or the deletion can't be taken back any more. */
export const keepAccount = async (
  deps: CloseAccountDeps,
  input: { readonly token: OneTimeToken; readonly locale: Locale; readonly context: Context },
): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: 'link_expired' }> => {
  const { token, locale, context } = input
  const kept = await deps.transact(async ({ accounts, closures, oneTimeTokens, outbox, audit }) => {
    const now = deps.clock.now()
    const use = await oneTimeTokens.use(oneTimeTokenHash(purpose, token), purpose, now)
    const account = use && (await reopen({ accounts, closures }, use, now))
    if (!account) return null
    const userId = account.id
    await oneTimeTokens.endAll(userId, purpose, now)
    const act = { action: 'user:keep', at: now, userId, resource: 'user', resourceId: userId }
    await audit.append([auditEntry(context, act)])
    await postNotice(
      deps,
      { oneTimeTokens, outbox },
      { notice: { kind: 'account_kept' }, account, now, context, locale },
    )
    return userId
  })
  if (!kept) return { ok: false, error: 'link_expired' }
  deps.mailPosted()
  await announceAccount(deps, kept, [])
  return { ok: true }
}

/** Closures are locked before accounts, here and where operators act: none waits for another in a circle. */
const reopen = async (
  { accounts, closures }: { readonly accounts: AccountStore; readonly closures: ClosureStore },
  { userId }: { readonly userId: UserId },
  now: number,
): Promise<Account | null> => {
  if (!(await closures.takeBack(userId, now))) return null
  await accounts.setActive(userId, true, now)
  return accounts.findById(userId)
}
