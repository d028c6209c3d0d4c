// The way back after somebody was at the log: an operator takes it as it is, and the chain goes on from there. What was wrong is on
// record, and is vouched for by nothing any more.
import type { Keyring } from '../keys/keyring.ts'
import type { Transact } from '../primitives/transact.ts'
import { type Actor, nameActor } from './actor.ts'
import { linkOf } from './canonical.ts'
import type { AuditChainStore } from './chain-store.ts'
import type { VerifyDeps, VerifyInput } from './checked.ts'
import { auditEntry, noContext } from './entry.ts'
import { genesis, openSigned, signCheckpoint, signHead } from './signed.ts'
import type { AuditStore } from './store.ts'
import { verifyAudit } from './verify.ts'

/** No log of ours comes so far: beyond it somebody has planted something. */
const maxPosition = 1e12

export type AcceptInput = Pick<VerifyInput, 'anchor'> & {
  /** For the record: what was found out, and by whom. At most 1,000 characters are kept. */
  readonly reason: string
}

export type AcceptResult =
  | { readonly ok: true; readonly value: { readonly acceptedUpTo: number; readonly faultCount: number } }
  | { readonly ok: false; readonly error: 'nothing_to_accept' }

export const acceptAudit = async (
  deps: VerifyDeps & {
    readonly keyring: Pick<Keyring, 'find' | 'newest'>
    readonly transact: Transact<{ auditChain: AuditChainStore; audit: AuditStore }>
  },
  { reason, ...input }: AcceptInput,
  by: Actor,
): Promise<AcceptResult> => {
  const { ok, faults, faultCount } = await verifyAudit(deps, input)
  if (ok) return { ok: false, error: 'nothing_to_accept' }
  return deps.transact(async ({ auditChain: chain, audit }) => {
    const signed = await chain.lockHead('wait')
    const opened = signed && (await openSigned(deps.keyring, 'head', signed))
    const head = opened?.ok ? opened.value : null
    const now = deps.clock.now()
    const cut = head?.cut ?? null
    const last = head?.position ?? (await chain.lastPosition(maxPosition))
    const removed = await chain.removeStrange({ cut: cut?.position ?? 0, last })
    // A place of its own, which no entry had: no anchor has seen another one there.
    const position = last + 1
    const start = { position, hash: linkOf(head?.hash ?? genesis, position, 'accepted'), at: now }
    const previous = (await chain.checkpointBefore(position))?.position ?? 0
    const key = deps.keyring.newest()
    await chain.addCheckpoint(position, signCheckpoint(key, { ...start, previous }))
    const next = { foundedAt: head?.foundedAt ?? now, newestAt: head?.newestAt ?? 0, cut }
    const signedNext = signHead(key, { ...next, ...start, checkpoint: { position, at: now }, accepted: start })
    await (signed ? chain.writeHead(signedNext) : chain.insertHead(signedNext))
    const kinds = [...new Set(faults.map(({ kind }) => kind))]
    const details = {
      ...{ by: nameActor(by), reason: reason.slice(0, 1_000), upTo: position, faults: faultCount, kinds, removed },
      first: faults.slice(0, 20),
    }
    await audit.append([auditEntry(noContext, { action: 'audit:accept', at: now, details })])
    return { ok: true, value: { acceptedUpTo: position, faultCount } }
  })
}
