/** At most `limit` hits within `windowSeconds`, counted from the first hit. */
export type Rule = { readonly limit: number; readonly windowSeconds: number }

export type Count = {
  readonly allowed: boolean
  readonly remaining: number
  /** Milliseconds until the count begins anew. */
  readonly resetMs: number
}

export interface LimitStore {
  /** Counts one hit: atomic over parallel calls and nodes. */
  hit(name: string, key: string, rule: Rule): Promise<Count>
  /** Takes one hit back (an attempt that turned out not to be a failure). */
  refund(name: string, key: string, rule: Rule): Promise<void>
  /** Forgets a count. */
  lift(name: string, key: string): Promise<void>
  /** True while the shared store is out of reach and this node counts by itself (LIM-5). */
  isDegraded(): boolean
  close(): Promise<void>
}
