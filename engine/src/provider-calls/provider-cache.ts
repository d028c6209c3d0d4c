// Where answers of providers are kept (RES-3). What is kept may be used only where the database agrees (`keptStill`): so nothing
// has to be emptied, no message can be missed, and an answer that was under way puts nothing back.
import type { ToCall } from '../identities/store.ts'
import type { UserId } from '../primitives/ids.ts'

/** What was asked, in whose name. */
export type AnswerKey = { readonly userId: UserId; readonly provider: string; readonly what: string }

/** What the answer hangs on, as it was when it was asked for. */
type Standing = {
  readonly identityId: string
  /** Of the last consent. */
  readonly grantedAt: number
  /** When a session of the user was last ended. */
  readonly signedOutAt: number
}

export type KeptAnswer = Standing & {
  /** JSON that is well formed; null: the provider refused it. */
  readonly text: string | null
  /** What it answered with. */
  readonly status: number
  /** Epoch milliseconds: when it was asked for. */
  readonly askedAt: number
}

/** Neither act rejects: where the store is out of reach, there is no cache (SPEC section 17). */
export interface ProviderCache {
  get(key: AnswerKey): Promise<KeptAnswer | null>
  put(key: AnswerKey, answer: KeptAnswer, keepMs: number): Promise<void>
  close(): Promise<void>
}

/**
 * A day, less a minute: rows of ended sessions are kept for a day (jobs/clean-up.ts), so an answer never outlives the row that
 * says that it is over.
 */
export const keepMs = 24 * 3_600_000 - 60_000

export const standingOf = ({ identity, signedOutAt }: ToCall): Standing => ({
  identityId: identity.id,
  grantedAt: identity.grantedAt,
  signedOutAt: signedOutAt ?? 0,
})

/** Whether the account is still connected as it was, and no session of the user was ended since. */
export const keptStill = (kept: KeptAnswer, standing: Standing, now: number): boolean =>
  kept.identityId === standing.identityId &&
  kept.grantedAt === standing.grantedAt &&
  // Not `===`: the rows of ended sessions are cleaned up one day, which is no sign-out.
  standing.signedOutAt <= kept.signedOutAt &&
  now - kept.askedAt < keepMs
