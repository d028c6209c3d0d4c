// What an account says of its owner: name, and the language of letters.
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { UserId } from '../primitives/ids.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { type AccountActDeps, announceAccount } from './acts-on-accounts.ts'
import type { Account } from './store.ts'

export type ProfileChange = {
  /** Null: none. */
  readonly name?: string | null | undefined
  readonly locale?: Locale | undefined
}

/** An account that keeps changing under this one is given up after so many tries. */
const maxTries = 3

/** Gives the account as it is now; null where it is gone. Every node drops what it holds of it (ACC-9). */
export const changeProfile = async (
  deps: AccountActDeps,
  input: { readonly userId: UserId; readonly change: ProfileChange; readonly context: Context },
  tries = maxTries,
): Promise<Account | null> => {
  const { userId, change, context } = input
  const done = await deps.transact(async ({ accounts, audit }) => {
    const now = deps.clock.now()
    const read = await accounts.findById(userId)
    if (!read?.isActive) return { account: null, changed: [] }
    const { name = read.name, locale = read.locale } = change
    const changed = [...(name === read.name ? [] : ['name']), ...(locale === read.locale ? [] : ['locale'])]
    if (changed.length === 0) return { account: read, changed }
    if (!(await accounts.setProfile(read, { name, locale }, now))) return null
    const act = { action: 'user:profile-change', at: now, userId, resource: 'user', resourceId: userId }
    await audit.append([auditEntry(context, { ...act, details: { changed } })])
    return { account: { ...read, name, locale, updatedAt: now }, changed }
  })
  if (done === null) {
    if (tries > 1) return changeProfile(deps, input, tries - 1)
    throw new UnavailableError('an account kept changing under a change of its profile')
  }
  if (done.changed.length > 0) await announceAccount(deps, userId, [])
  return done.account
}
