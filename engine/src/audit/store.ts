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
  /** Newest first. */
  list(input: {
    readonly limit: number
    readonly userId?: string
    readonly action?: string
  }): Promise<readonly AuditEntry[]>
}
