import type { Context } from '../audit/entry.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { UserId } from '../primitives/ids.ts'
import { postNotice } from './post-notice.ts'
import type { AccountStore } from './store.ts'

/** What the letter needs. */
export type ReuseStores = {
  readonly accounts: Pick<AccountStore, 'findById' | 'lockActive'>
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
}

/**
 * Writes to the owner of a session that two had (ACC-8), in the transaction that ends it. The language is the owner's, never that
 * of the request: it may be the thief's.
 */
export const tellOfReuse =
  (deps: { readonly keyring: Pick<Keyring, 'newest'> }) =>
  async (
    stores: ReuseStores,
    { session, now, context }: { session: { readonly userId: UserId }; now: number; context: Context },
  ): Promise<void> => {
    const account = await stores.accounts.findById(session.userId)
    if (account?.isActive)
      await postNotice(deps, stores, { notice: { kind: 'reuse' }, account, now, context, locale: 'en' })
  }
