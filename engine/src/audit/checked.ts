// What is verified, and where what is found goes.
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { AuditChainStore } from './chain-store.ts'
import type { FaultList } from './faults.ts'
import type { Restore } from './read-anchor.ts'
import type { Head } from './signed.ts'

export type VerifyDeps = {
  readonly auditChain: AuditChainStore
  readonly keyring: Pick<Keyring, 'find'>
  readonly clock: Clock
}

export type VerifyInput = {
  /** From the newest checkpoint before this position; default: from the beginning. */
  readonly from?: number
  /** Lines of an anchor, in any order: the log must hold what they say. */
  readonly anchor?: AsyncIterable<string> | Iterable<string>
  /** Told after every thousand entries. */
  readonly onProgress?: (done: { readonly entries: number; readonly of: number }) => void
}

export type Start = { readonly position: number; readonly hash: string }

/** What is looked at, and where what is found goes. `end`: the last position that the chain is to have. */
export type Checked = {
  readonly deps: VerifyDeps
  readonly faults: FaultList
  readonly head: Head | null
  readonly start: Start
  readonly end: number
}

export type Walk = {
  entries: number
  checkpoints: number
  /** The newest checkpoint that is ours. */
  checkpoint: number | null
  underOldKeys: number
  position: number
  hash: string | null
  readonly restores: Restore[]
}
