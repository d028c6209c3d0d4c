// What follows a right first factor, whichever it was. Every way in calls this and nothing else, so that none of them walks
// around the second factor (S-15), and there is no session before it (H-1).
import { auditEntry } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import {
  createPendingToken,
  type PendingToken,
  pendingLifeMs,
  pendingTokenHash,
} from '../second-factor/pending-token.ts'
import { type FactorPolicy, type FactorPolicyStore, isFactorRequired } from '../second-factor/policy.ts'
import type { FactorStore, HeldFactors, PendingSignInStore, WayIn } from '../second-factor/store.ts'
import type { BeginDeps } from '../sessions/begin.ts'
import { beginSignedIn, type Entry, type SignedIn, type SignedInStores } from './begin-signed-in.ts'
import type { Account } from './store.ts'

export type EnterDeps = BeginDeps & { readonly secondFactor: FactorPolicy }

export type EnterStores = SignedInStores & {
  readonly factors: FactorStore
  readonly roles: FactorPolicyStore
  readonly pendingSignIns: PendingSignInStore
  readonly audit: AuditStore
}

/** The first factor was right; the second is still to come. */
export type Pending = {
  readonly kind: 'pending'
  readonly account: Account
  readonly token: PendingToken
  /** None: one has to be set up first. */
  readonly held: HeldFactors
  readonly expiresAt: number
  readonly now: number
}

export type Entered = SignedIn | Pending

/**
 * Begins a session where the first factor is enough, else a sign-in that waits for the second. Part of the transaction that
 * proved the first factor, which has locked the account's row and knows that it is active.
 *
 * @example
 * const entered = await enter(deps, stores, { account, by: 'magic_link', now, context, ends, boundKey, deviceToken })
 */
export const enter = async (
  deps: EnterDeps,
  stores: EnterStores,
  entry: Entry & {
    readonly by: WayIn
    /** What the second factor makes the account's, sealed for the sign-in that waits; null: nothing. */
    readonly sealFor?: (tokenHash: string) => string | null
  },
): Promise<Entered> => {
  const held = await stores.factors.held(entry.account.id)
  const {
    account: { id: userId },
  } = entry
  if (!(await isFactorRequired(deps.secondFactor, stores.roles, { userId, held })))
    return beginSignedIn(deps, stores, entry)

  const { account, by, now, context, details } = entry
  const token = createPendingToken()
  const expiresAt = now + pendingLifeMs
  const tokenHash = pendingTokenHash(token)
  const grant = entry.sealFor?.(tokenHash) ?? null
  await stores.pendingSignIns.insert({ tokenHash, userId: account.id, by, grant, createdAt: now, expiresAt })
  const first = {
    action: 'session:first-factor',
    at: now,
    userId: account.id,
    resource: 'user',
    resourceId: account.id,
  }
  await stores.audit.append([auditEntry(context, { ...first, details: { by, ...details } })])
  return { kind: 'pending', account, token, held, expiresAt, now }
}
