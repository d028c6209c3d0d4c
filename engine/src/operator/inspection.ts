// What an operator wants to know of a deployment and what nothing else tells: for `vigile doctor` (OPS-3).
import { dueSince } from '../jobs/schedule.ts'
import type { JobStore } from '../jobs/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { KeyStore } from '../keys/store.ts'
import type { Postman } from '../mail/postman.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { Clock } from '../primitives/clock.ts'
import { createDeadline } from '../primitives/deadline.ts'
import type { SessionStore } from '../sessions/store.ts'

export type Inspection = {
  /** Ids of secrets that are not here, although sessions, authenticator apps or tokens of providers are under them. */
  readonly lostKeyIds: readonly string[]
  /**
   * Of the newest sessions (a thousand at most) whose token was issued over ten minutes ago: how many there are, and how many of
   * those tokens nobody has confirmed. Where clients confirm nothing, a thief who follows close behind is not found.
   */
  readonly confirming: { readonly sessions: number; readonly unconfirmed: number }
  /** Letters that the mail server took, and that it refused for good, within a day. */
  readonly letters: { readonly sent: number; readonly refused: number }
  /** Why the mail server takes no letter from this machine; null: it would, or there is none. */
  readonly mailAway: string | null
  /** When a clean-up last ended well, and the moment since which one must have (epoch milliseconds); null: none. */
  readonly cleanUp: { readonly doneAt: number | null; readonly dueSince: number | null }
}

const dayMs = 86_400_000
const settledMs = 600_000
/** A mail server that says nothing keeps nobody for longer. */
const mailWithinMs = 10_000
const newestSessions = 1_000

export const createInspection =
  (deps: {
    readonly keyring: Pick<Keyring, 'ids'>
    readonly keys: Pick<KeyStore, 'listOthersInUse'>
    readonly sessions: Pick<SessionStore, 'countUnconfirmed'>
    readonly outbox: Pick<OutboxStore, 'countEnded'>
    readonly postman: Pick<Postman, 'check'> | null
    readonly jobs: Pick<JobStore, 'lastDone'>
    readonly clock: Clock
    readonly cleanUpAt: string
  }) =>
  async (): Promise<Inspection> => {
    const now = deps.clock.now()
    const since = now - dayMs
    return {
      lostKeyIds: await deps.keys.listOthersInUse(deps.keyring.ids(), now),
      confirming: await deps.sessions.countUnconfirmed(now - settledMs, newestSessions),
      letters: {
        sent: await deps.outbox.countEnded('sent', since),
        refused: await deps.outbox.countEnded('refused', since),
      },
      mailAway: await createDeadline(mailWithinMs)
        .bound(async () => deps.postman?.check())
        .then(
          () => null,
          (error: unknown) => (error as Error).message,
        ),
      cleanUp: {
        doneAt: (await deps.jobs.lastDone('clean-up', now))?.at ?? null,
        dueSince: dueSince(deps.cleanUpAt, now),
      },
    }
  }
