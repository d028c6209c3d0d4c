/** One entry of the audit log. Never holds a secret, token or password. */
export type AuditEntry = {
  readonly id: string
  readonly at: number
  readonly userId: string | null
  /** `resource:verb`, with `:failed` where the act was refused: `session:sign-in:failed`. */
  readonly action: string
  readonly resource: string | null
  readonly resourceId: string | null
  readonly details: Readonly<Record<string, unknown>>
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
}

export interface AuditStore {
  append(entries: readonly AuditEntry[]): Promise<void>
  /** Newest first. `before`: those older than the entry that was listed last. */
  list(input: {
    readonly limit: number
    readonly userId?: string
    readonly action?: string
    readonly before?: Pick<AuditEntry, 'at' | 'id'>
  }): Promise<readonly AuditEntry[]>
  /**
   * Takes what tells of a person (address, browser, what stands for the email) out of the entries of a user. What is left
   * names an id that nobody has any more.
   */
  pseudonymise(userId: string): Promise<void>
}
