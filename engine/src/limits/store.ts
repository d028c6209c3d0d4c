/** At most `limit` hits within `windowSeconds`, counted from the first hit. */
export type Rule = { readonly limit: number; readonly windowSeconds: number }

export type Count = {
  readonly allowed: boolean
  readonly remaining: number
  /** Milliseconds until the count begins anew. */
  readonly resetMs: number
}

/** A count that has refused somebody, and would refuse the next one. */
export type FullCount = {
  readonly name: string
  readonly key: string
  /** Whom it was said to be about. It may be nobody. */
  readonly userId: string | null
  readonly used: number
  readonly limit: number
  /** When it begins anew. Epoch milliseconds. */
  readonly until: number
}

export type Wanted = (one: Pick<FullCount, 'name' | 'key' | 'userId'>) => boolean

/** So many of the counts that refused somebody are remembered to be listed; then those that end first are not. All go on refusing. */
export const maxListed = 10_000

export interface LimitStore {
  /** Counts one hit: atomic over parallel calls and nodes. `userId`: whom an operator is to see in a list of blocks. */
  hit(name: string, key: string, rule: Rule, userId?: string): Promise<Count>
  /** Takes one hit back (an attempt that turned out not to be a failure). */
  refund(name: string, key: string, rule: Rule): Promise<void>
  /** Forgets a count. False: there was none. */
  lift(name: string, key: string): Promise<boolean>
  /** The full counts that are wanted, those that end last first, `limit` at most. Throws where the shared store is out of reach. */
  listFull(wanted: Wanted, limit: number): Promise<readonly FullCount[]>
  /** Whether every node, and every command, has the same counts. */
  readonly isShared: boolean
  /** True while the shared store is out of reach and this node counts by itself (LIM-5). */
  isDegraded(): boolean
  close(): Promise<void>
}
