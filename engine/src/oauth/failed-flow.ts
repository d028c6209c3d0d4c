// What is put on record of a sign-in with a provider that came to nothing (OAU-4).
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditEntry } from '../audit/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Linking, Standing } from './store.ts'

/** Why a state or a handle was refused: told to nobody who asks, and on record. */
export type FlowReason =
  | 'malformed'
  | 'unknown'
  | 'other_provider'
  | 'used'
  | 'expired'
  | 'other_browser'
  /** The handle is good, and this node has no such provider. */
  | 'provider_gone'

export const reasonOf = (
  standing: Standing | null,
  { provider, now }: { readonly provider: string | null; readonly now: number },
): FlowReason => {
  if (!standing) return 'unknown'
  if (provider !== null && standing.provider !== provider) return 'other_provider'
  if (standing.usedAt !== null) return 'used'
  return standing.expiresAt <= now ? 'expired' : 'other_browser'
}

/** `linking`: whose account it was to be connected to; null: a sign-in, of whom nobody knows yet. */
export const failedFlow = (
  { clock }: { readonly clock: Clock },
  input: {
    readonly provider: string | null
    readonly reason: string
    readonly says?: string | undefined
    readonly linking: Linking | null
    readonly context: Context
  },
): AuditEntry => {
  const { provider, reason, says, linking, context } = input
  return auditEntry(context, {
    action: linking === null ? 'session:sign-in:failed' : 'identity:link:failed',
    at: clock.now(),
    userId: linking?.userId ?? null,
    resource: linking === null ? 'user' : 'identity',
    details: { by: 'oauth', ...(provider !== null && { provider }), reason, ...(says !== undefined && { says }) },
  })
}
