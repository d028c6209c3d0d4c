import type { Period } from './period.ts'

/** Every node writes here. A node that is late changes nothing: what another has said since stands. */
export interface StatusStore {
  /** What was seen then or later, the newest 5,000. */
  since(at: number): Promise<readonly Period[]>
  /** The period, as it was read, goes on. False: another node has said so meanwhile. */
  extend(period: Period, seenAt: number): Promise<boolean>
  /** A period, unless there is one already within that time: false. */
  open(period: Period): Promise<boolean>
  /** Removes up to `limit` that were last seen before then; the number removed. */
  deleteOld(before: number, limit: number): Promise<number>
}
