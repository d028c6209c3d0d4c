// The chain is begun once, in a new database. Anywhere else a head that is missing was removed: who can write to the database could
// otherwise have a new chain begun over what he left of the old one.
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { AuditChainStore } from './chain-store.ts'
import { genesis, signHead } from './signed.ts'

export const foundChain = async (deps: {
  readonly auditChain: AuditChainStore
  readonly keyring: Pick<Keyring, 'newest'>
  readonly clock: Clock
}): Promise<void> => {
  const { auditChain } = deps
  if ((await auditChain.head()) || !(await auditChain.isNew())) return
  const now = deps.clock.now()
  const start = { position: 0, hash: genesis, at: now, foundedAt: now, newestAt: 0, cut: null, accepted: null }
  await auditChain.insertHead(signHead(deps.keyring.newest(), { ...start, checkpoint: { position: 0, at: 0 } }))
}
