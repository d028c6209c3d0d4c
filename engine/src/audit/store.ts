import type { Cursor } from './cursor.ts'

/** One entry of the audit log. Never holds a secret, token or password. */
export type AuditEntry = {
  readonly id: string
  readonly at: number
  /** Whom it concerns. */
  readonly userId: string | null
  /** The user who did it, in administration: address and browser are theirs. Null: those of whom it concerns. */
  readonly actorId: string | null
  /** `resource:verb`, with `:failed` where the act was refused: `session:sign-in:failed`. */
  readonly action: string
  readonly resource: string | null
  readonly resourceId: string | null
  readonly details: Readonly<Record<string, unknown>>
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
}

/** An entry with its place in the chain; null: it has none yet. */
export type RecordedEntry = AuditEntry & { readonly position: number | null }

/** What counting needs of an entry. */
export type CountedEntry = Pick<RecordedEntry, 'id' | 'position' | 'at' | 'action' | 'userId' | 'ip' | 'details'>

/** Which entries: those for which all of it holds. */
export type Filter = {
  /** Whom it concerns. */
  readonly userId?: string
  /** The user who did it, in administration. */
  readonly actorId?: string
  /** The whole action, or how it begins where this ends with a colon: `session:`. */
  readonly action?: string
  readonly resource?: string
  readonly resourceId?: string
  /** The address, as it was recorded. */
  readonly ip?: string
  /** Epoch milliseconds: from then on. */
  readonly from?: number
  /** Before then. */
  readonly to?: number
  /** Only acts that were refused. */
  readonly failed?: boolean
}

export interface AuditStore {
  /** A page; `after`: the entry that the page before ended with. */
  search(
    input: Filter & {
      readonly order: 'newest first' | 'oldest first'
      readonly after: Cursor | null
      readonly limit: number
    },
  ): Promise<readonly RecordedEntry[]>
  /** Of an action, newest first, no more of each than is counted. `from`, `to`: epoch milliseconds, the latter not in it. */
  listCounted(
    input: Required<Pick<Filter, 'action' | 'from' | 'to'>> & { readonly limit: number },
  ): Promise<readonly CountedEntry[]>
  append(entries: readonly AuditEntry[]): Promise<void>
  /** Writes an entry and takes it back, to see whether the log takes any. Not in a transaction. */
  tryAppend(entry: AuditEntry): Promise<void>
  /** Newest first. `before`: those older than the entry that was listed last. */
  list(input: {
    readonly limit: number
    readonly userId?: string
    readonly action?: string
    readonly before?: Pick<AuditEntry, 'at' | 'id'>
  }): Promise<readonly AuditEntry[]>
  /**
   * Takes what tells of a person (address, browser, what stands for the email) out of a user's entries, and out of those of what
   * they did to others; where others acted on them, address and browser are the others'. What is left names an id that nobody has
   * any more.
   */
  pseudonymise(userId: string): Promise<void>
}
