// An account whose email nobody had proven may have been made by somebody else, in advance (H-3).
import type { UserId } from '../primitives/ids.ts'
import type { AccountStore } from './store.ts'

/** As far as accounts need to know of passkeys. */
export type HeldPasskeys = {
  listOfUser(userId: UserId): Promise<readonly { readonly id: string; readonly createdAt: number }[]>
  remove(userId: UserId, id: string): Promise<unknown>
}

/**
 * Takes away what whoever made the account has set up, when its mailbox is proven for the first time and by nothing that they
 * know: passkeys and known browsers. Sessions and the password are the caller's to end.
 */
export const disownMaker = async ({ accounts, passkeys }: DisownStores, userId: UserId): Promise<void> => {
  for (const { id } of await passkeys.listOfUser(userId)) await passkeys.remove(userId, id)
  await accounts.forgetDevices(userId, 0)
}

export type DisownStores = {
  readonly accounts: Pick<AccountStore, 'forgetDevices'>
  readonly passkeys: HeldPasskeys
}
