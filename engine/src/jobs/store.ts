export interface JobStore {
  /**
   * Takes a run of a job for this node: true for one node only. A run whose lease passed without being finished can be
   * taken again by another node.
   */
  claim(input: {
    readonly job: string
    readonly slot: number
    readonly node: string
    readonly now: number
    readonly leaseMs: number
  }): Promise<boolean>
  /** The node still works on it: its lease ends so much later. */
  renew(input: {
    readonly job: string
    readonly slot: number
    readonly node: string
    readonly now: number
    readonly leaseMs: number
  }): Promise<void>
  finish(input: {
    readonly job: string
    readonly slot: number
    readonly node: string
    readonly now: number
    readonly result: string
  }): Promise<void>
  /** Whether a run was begun and not finished, or left out: there is one before it, and none of it or after it. What is of the future (an hour and more after `now`) is none: a clock was ahead. */
  isOwed(job: string, slot: number, now: number): Promise<boolean>
  /** When each job last ended well, as far as records are kept; never in the future. */
  lastFinished(now: number): Promise<readonly { readonly job: string; readonly at: number }[]>
  /** The last run of a job that ended well, or null; never one of the future. */
  lastDone(job: string, now: number): Promise<{ readonly at: number; readonly result: string } | null>
  /** Removes the records of runs older than `before`, and of the future. The last of each job that ended well stays: how late a job is shows by it. */
  deleteOld(before: number, now: number): Promise<void>
}
