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
  /** `keyId.mac`. Null: from before the chain. */
  readonly mac: string | null
  /** 1, 2, 3 … without a gap. Null: not sealed yet, or outside the chain. */
  readonly position: number | null
  /** `refused`: its MAC was wrong when it was to be sealed. */
  readonly hash: string | null
}

export type SealedEntry = StoredEntry & { readonly position: number; readonly hash: string }

/** What the hash of a refused entry says. */
export const refused = 'refused'

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
  /** Committed entries with a MAC that have no place in the chain yet, in the order of their time. */
  listToSeal(input: { readonly after: Place | null; readonly limit: number }): Promise<readonly StoredEntry[]>
  /** How many those are; `limit` where there are more. */
  countToSeal(limit: number): Promise<number>
  /** Rejects where one of them is not there any more, or has a place. */
  seal(links: readonly Link[]): Promise<void>
  refuse(ids: readonly string[]): Promise<void>
  addCheckpoint(position: number, checkpoint: Signed): Promise<void>
  /** Oldest first. */
  listCheckpoints(input: {
    readonly after: number
    readonly limit: number
  }): Promise<readonly (Signed & { readonly position: number })[]>
  /** The newest one before that position, or null. */
  checkpointBefore(position: number): Promise<(Signed & { readonly position: number }) | null>
  /** How far an anchor has come, for who sends to it next; null: another node is at it, or it is not yet time again. */
  claimAnchor(input: { readonly name: string; readonly now: number; readonly until: number }): Promise<number | null>
  /** It has come so far; the next turn is at `until`, or after. */
  settleAnchor(input: { readonly name: string; readonly position: number; readonly until: number }): Promise<void>
  /** By position. */
  listSealed(input: { readonly after: number; readonly limit: number }): Promise<readonly SealedEntry[]>
  /** The highest position; 0 where nothing is sealed. */
  lastPosition(): Promise<number>
  /** Entries that the chain does not hold: without a MAC, or refused. */
  listOutside(input: { readonly after: Place | null; readonly limit: number }): Promise<readonly StoredEntry[]>
  countWithoutMac(): Promise<number>
  /** Removes entries, and checkpoints, up to a position. */
  removeUpTo(position: number): Promise<void>
  /** Removes entries from before the chain; the number. */
  removeWithoutMac(input: { readonly before: number; readonly limit: number }): Promise<number>
  /** Those of the users who have an entry without what told of them (`personOf`) after a position. */
  blankAfter(userIds: readonly string[], position: number): Promise<readonly string[]>
  /** Those of the users whose deletion is on record. A forged record of one is a fault of its own. */
  deletedAmong(userIds: readonly string[]): Promise<readonly string[]>
}
