import type { Signed } from './signed.ts'

/** An entry as the database holds it: what the MAC and the chain cover is kept to the byte. */
export type StoredEntry = {
  readonly id: string
  readonly at: number
  readonly userId: string | null
  readonly actorId: string | null
  readonly action: string
  readonly resource: string | null
  readonly resourceId: string | null
  /** JSON, without what tells of a person. */
  readonly details: string
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
  /** JSON of the details that tell of a person; null: there are none. */
  readonly personal: string | null
  /** Null: what told of a person was taken away. */
  readonly salt: string | null
  readonly commitment: string | null
  /** `keyId.mac`. Null: nobody of ours wrote it. */
  readonly mac: string | null
  /** 1, 2, 3 … without a gap. Null: not sealed yet, or outside the chain. */
  readonly position: number | null
  /** Where it has no position: why it was set aside when it was to be sealed; null: it waits. */
  readonly hash: string | null
}

export type SealedEntry = StoredEntry & { readonly position: number; readonly hash: string }

/** `refused`: for good. `unknown key`: until a secret is known under which it can be checked. */
export type Aside = 'refused' | 'unknown key'

export type Link = { readonly id: string; readonly position: number; readonly hash: string }

export type Place = { readonly at: number; readonly id: string }

/** The chain of the audit log, for who seals, verifies and cuts it. */
export interface AuditChainStore {
  head(): Promise<Signed | null>
  /** The same, and whether anything waits to be sealed. */
  look(): Promise<(Signed & { readonly isWaiting: boolean }) | null>
  /** Holds the head until the commit. Null: there is none, or another node holds it and is not waited for. */
  lockHead(how: 'wait' | 'skip locked'): Promise<Signed | null>
  /** Makes the head where there is none. */
  insertHead(head: Signed): Promise<void>
  writeHead(head: Signed): Promise<void>
  /** Whether nothing has ever happened here: no account, no key, nothing on record. */
  isNew(): Promise<boolean>
  /** Committed entries that wait for their place in the chain, in the order of their time. */
  listToSeal(input: { readonly after: Place | null; readonly limit: number }): Promise<readonly StoredEntry[]>
  /** How many those are; `limit` where there are more. */
  countToSeal(limit: number): Promise<number>
  /** Rejects where one of them is not there any more, or has a place. */
  seal(links: readonly Link[]): Promise<void>
  setAside(ids: readonly string[], why: Aside): Promise<void>
  /** Those that were set aside under a key that is one of these wait again. */
  reconsider(keyIds: readonly string[]): Promise<void>
  addCheckpoint(position: number, checkpoint: Signed): Promise<void>
  /** Oldest first. */
  listCheckpoints(input: {
    readonly after: number
    readonly limit: number
  }): Promise<readonly (Signed & { readonly position: number })[]>
  /** The newest one before that position, or null. */
  checkpointBefore(position: number): Promise<(Signed & { readonly position: number }) | null>
  /** How far an anchor has come; null: nothing was sent to it yet. */
  anchorMark(name: string): Promise<Signed | null>
  /**
   * Whether the caller sends to it next, until `until`. False: another node is at it, or it is not yet time again. A turn that ends later
   * than any could counts as none.
   */
  claimAnchor(input: { readonly name: string; readonly now: number; readonly until: number }): Promise<boolean>
  /** It has come so far; the next turn is at `until`, or after. */
  settleAnchor(input: { readonly name: string; readonly mark: Signed; readonly until: number }): Promise<void>
  /** By position; `after` null: from the lowest. */
  listSealed(input: { readonly after: number | null; readonly limit: number }): Promise<readonly SealedEntry[]>
  /** The highest position (`upTo`: that is no higher than that); 0 where nothing is sealed. */
  lastPosition(upTo?: number): Promise<number>
  /** Entries that were set aside, by their ids. */
  listOutside(input: { readonly after: string; readonly limit: number }): Promise<readonly StoredEntry[]>
  /** Removes what has no place in the chain: entries set aside or planted in places up to `cut` or after `last`; checkpoints after it. */
  removeStrange(input: { readonly cut: number; readonly last: number }): Promise<number>
  /** Removes entries, and checkpoints, up to a position. */
  removeUpTo(position: number): Promise<void>
  /** Those of the users who have an entry without what told of them (`personOf`) after a position. */
  blankAfter(userIds: readonly string[], position: number): Promise<readonly string[]>
  /** Those of the users whose deletion is in this part of the chain, where a forged one is a fault of its own. */
  deletedAmong(input: {
    readonly userIds: readonly string[]
    readonly after: number
    readonly upTo: number
  }): Promise<readonly string[]>
}
