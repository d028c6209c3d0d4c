// What an account says of its owner: name, and the language of letters.
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import { type AccountActDeps, announceAccount } from './acts-on-accounts.ts'
import { type BySession, lockOwner } from './lock-owner.ts'
import type { Account } from './store.ts'

export type ProfileChange = {
  /** Null: none. */
  readonly name?: string | null | undefined
  readonly locale?: Locale | undefined
}

/** Gives the account as it is now; null where the session was ended meanwhile. Every node drops what it holds of it (ACC-9). */
export const changeProfile = async (
  deps: AccountActDeps,
  input: BySession & { readonly change: ProfileChange; readonly context: Context },
): Promise<Account | null> => {
  const { userId, change, context } = input
  const done = await deps.transact(async (stores) => {
    const { accounts, audit } = stores
    const now = deps.clock.now()
    const read = await lockOwner(stores, input)
    if (!read) return null
    const { name = read.name, locale = read.locale } = change
    const changed = [...(name === read.name ? [] : ['name']), ...(locale === read.locale ? [] : ['locale'])]
    if (changed.length === 0) return { account: read, changed }
    if (!(await accounts.setProfile(read, { name, locale }, now)))
      throw new Error('an account changed while its row was locked')
    const act = { action: 'user:profile-change', at: now, userId, resource: 'user', resourceId: userId }
    await audit.append([auditEntry(context, { ...act, details: { changed } })])
    return { account: { ...read, name, locale, updatedAt: now }, changed }
  })
  if (!done) return null
  if (done.changed.length > 0) await announceAccount(deps, userId, [])
  return done.account
}
