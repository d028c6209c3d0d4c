// What lies beside the chain: before it, beyond it, and in no place of it.
import type { Place, StoredEntry } from './chain-store.ts'
import type { Checked } from './checked.ts'
import { unsealedMs } from './sealer.ts'
import { openSigned } from './signed.ts'

/** Entries of one statement. */
const page = 1_000

/** Up to where the chain was cut there is nothing any more, and never was anything below 1. The first thousand are counted. */
export const checkPlanted = async ({ deps, faults, head }: Checked): Promise<void> => {
  const cut = head?.cut?.position ?? 0
  for (const { position, id, at, action } of await deps.auditChain.listSealed({ after: null, limit: page })) {
    if (position > cut) return
    faults.add({ kind: 'inserted', position, id, at, action })
  }
}

/** Beyond the head of this moment nothing may be sealed: it is written with what it stands for. */
export const checkBeyond = async ({ deps, faults }: Checked): Promise<void> => {
  const { auditChain, keyring } = deps
  // In this order: what is sealed meanwhile is not beyond what is read later.
  const checkpoint = await auditChain.checkpointBefore(Number.MAX_SAFE_INTEGER)
  const last = await auditChain.lastPosition()
  const signed = await auditChain.head()
  const opened = signed && (await openSigned(keyring, 'head', signed))
  if (!opened?.ok) return
  const { position } = opened.value
  if (last > position) faults.add({ kind: 'beyond_head', position: position + 1, to: last })
  if (checkpoint && checkpoint.position > Math.max(last, position))
    faults.add({ kind: 'truncated', position: position + 1, to: checkpoint.position })
}

/** Entries that were set aside, and those that are kept from the chain. */
export const checkOutside = async ({ deps, faults, head }: Checked): Promise<void> => {
  const { auditChain, clock } = deps
  for (let after = ''; ; ) {
    const some: readonly StoredEntry[] = await auditChain.listOutside({ after, limit: page })
    for (const { id, at, action, hash } of some)
      faults.add({ kind: hash === 'unknown key' ? 'unknown_key' : 'inserted', id, at, action })
    const last = some.at(-1)?.id ?? ''
    if (last === after || last === '') break
    after = last
  }
  // One that says that it comes from the future waits as long as it likes.
  const now = clock.now()
  let after: Place | null = null
  for (let isMore = true; isMore; ) {
    const some: readonly StoredEntry[] = await auditChain.listToSeal({ after, limit: page })
    for (const { id, at, action } of some)
      if (head === null || Math.abs(now - at) > unsealedMs) faults.add({ kind: 'unsealed', id, at, action })
    const last = some.at(-1)
    // The same again, where a time is no number that we can tell from the next: there is an end.
    isMore = last !== undefined && last.id !== (after as Place | null)?.id
    after = last ?? null
  }
}
