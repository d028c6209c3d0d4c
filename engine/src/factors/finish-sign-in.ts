// The end of a sign-in that waited for its second factor: one transaction uses the proof up, ends what waited and begins the
// session. Of any number of requests, on any number of nodes, one wins (S-20).
import type { Factor, Locale } from '@vigile/contract'
import { beginSignedIn, type SignedIn } from '../accounts/begin-signed-in.ts'
import type { Account } from '../accounts/store.ts'
import type { Context } from '../audit/entry.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import { keepGrant } from '../oauth/keep-grant.ts'
import { openGrant } from '../oauth/sealed-grant.ts'
import type { SessionId } from '../primitives/ids.ts'
import type { HeldFactors, PendingSignIn } from '../second-factor/store.ts'
import { announce } from '../sessions/announce.ts'
import type { FactorDeps, FactorStores } from './factor-deps.ts'

/** A sign-in that waits, and what the browser brings to its end. */
export type WaitingInput = {
  readonly pending: PendingSignIn
  readonly deviceTokens: readonly string[]
  /** Sessions that this browser holds: they end. */
  readonly ends: readonly SessionId[]
  /** The key that the session will be bound to, or null. */
  readonly boundKey: BoundKey | null
  readonly context: Context
  /** Of the reader, for letters where the account has none. */
  readonly locale: Locale
}

export type At = { readonly account: Account; readonly held: HeldFactors; readonly now: number }

type Ending<Value> = {
  readonly factor: Factor
  readonly deviceToken: string | null
  /** Uses the proof up, in the transaction, which holds the account's row. Null: it is no proof (any more), and nothing happens. */
  readonly useUp: (stores: FactorStores, at: At) => Promise<Value | null>
  /** Failures in a row that are over with this. */
  readonly clears: readonly string[]
}

export type Finished<Value> = { readonly signedIn: SignedIn; readonly used: Value }

/** Rolls back what was used up: a sign-out came in between, or what the account was found by has changed. */
const endedMeanwhile = new Error('the sign-in was ended meanwhile')

/** `refused`: by `useUp`. `over`: what waited is done, ended or too old, or the account is closed. */
export const finishSignIn = async <Value>(
  deps: FactorDeps,
  input: WaitingInput,
  { factor, deviceToken, useUp, clears }: Ending<Value>,
): Promise<Finished<Value> | 'refused' | 'over'> => {
  const { pending, context, ends, boundKey } = input
  // Opened before the transaction: a key that this node does not know is looked up in the database.
  const grant = await openGrant(deps.keyring, pending)
  const act = async (stores: FactorStores) => {
    const now = deps.clock.now()
    const account = await stores.accounts.lockActive(pending.userId)
    // With the row locked, whoever came before has ended it, and nobody ends it in between but a sign-out.
    if (!account || !(await stores.pendingSignIns.findWaiting([pending.tokenHash], now))) return 'over' as const
    const held = await stores.factors.held(account.id)
    const used = await useUp(stores, { account, held, now })
    if (used === null) return 'refused' as const
    if (!(await stores.pendingSignIns.end(pending.tokenHash, now))) throw endedMeanwhile
    if (grant && !(await keepGrant(deps, stores, { account, grant, now, context }))) throw endedMeanwhile
    for (const name of clears) await stores.accounts.clearUnknownDeviceAttempts(name)
    const details = grant ? { provider: grant.provider.id } : {}
    const entry = { account, by: pending.by, now, context, ends, boundKey, deviceToken, details }
    return { signedIn: await beginSignedIn(deps, stores, entry, factor), used }
  }
  const finished = await deps.transact(act).catch((error: unknown) => {
    if (error === endedMeanwhile) return 'over' as const
    throw error
  })
  if (typeof finished === 'string') return finished
  if (grant) deps.mailPosted()
  await announce(deps, finished.signedIn.begun.ended)
  return finished
}
