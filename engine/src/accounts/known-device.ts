import type { UserId } from '../primitives/ids.ts'
import { deviceHash } from './device.ts'
import type { AccountStore } from './store.ts'

/** The device cookie to go on with, the one that the account knows or else the first, and its hash where the account knows it. */
export type KnownDevice = { readonly deviceToken: string | null; readonly knownHash: string | null }

export const findDevice = async (
  accounts: Pick<AccountStore, 'findKnownDevice'>,
  userId: UserId,
  deviceTokens: readonly string[],
): Promise<KnownDevice> => {
  const devices = deviceTokens.map((token) => ({ token, hash: deviceHash(token, userId) }))
  const hashes = devices.map(({ hash }) => hash)
  const knownHash = hashes.length === 0 ? null : await accounts.findKnownDevice(userId, hashes)
  const device = devices.find(({ hash }) => hash === knownHash) ?? devices[0]
  return { deviceToken: device?.token ?? null, knownHash }
}
