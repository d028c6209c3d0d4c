export interface UsedProofStore {
  /**
   * Takes a proof: true for the first who asks, over all calls and nodes; false where it was taken before. It is remembered
   * until `until` (epoch milliseconds) at least.
   */
  take(proof: string, until: number): Promise<boolean>
  /** Forgets up to `limit` proofs that are too old to be used; the number forgotten. Locks nothing that others need. */
  deleteOld(before: number, limit: number): Promise<number>
}
