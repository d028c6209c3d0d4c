// Removes what has ended (TOK-10), in batches that lock nothing.
import type { AccountStore } from '../accounts/store.ts'
import type { SessionStore } from '../sessions/store.ts'

const batch = 1_000
/** Ended sessions stay so long, so that their owners are told why they ended, and not `unknown`. */
const keepEndedMs = 24 * 3_600_000
const deviceLifeMs = 400 * 86_400_000
const attemptLifeMs = 30 * 86_400_000

/** The numbers removed. */
export const cleanUp = async (
  deps: { readonly sessions: SessionStore; readonly accounts: AccountStore },
  now: number,
): Promise<{ readonly sessions: number; readonly devices: number }> => ({
  sessions: await drain(() => deps.sessions.deleteEnded(now - keepEndedMs, batch)),
  devices: await drain(() =>
    deps.accounts.deleteStale({ devicesBefore: now - deviceLifeMs, attemptsBefore: now - attemptLifeMs, limit: batch }),
  ),
})

const drain = async (removeBatch: () => Promise<number>): Promise<number> => {
  let total = 0
  for (;;) {
    const removed = await removeBatch()
    total += removed
    if (removed < batch) return total
  }
}
