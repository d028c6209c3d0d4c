// How often a password or a code may be guessed (LIM-7, S-11, S-12, S-22). An attempt is counted before what was guessed is
// looked at, so that parallel ones can't slip through (H-14), and taken back where it turns out to be no failure.
import type { Hit, Limiter, Verdict } from '../limits/limiter.ts'
import type { RuleName } from '../limits/rules.ts'
import type { PasswordHasher } from '../passwords/hash-password.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import { type Email, emailHash } from './email.ts'
import { findDevice } from './known-device.ts'
import { type Account, type AccountStore, maxFailuresInARow } from './store.ts'

/** What the answer says while it is closed: only proof of the mailbox opens it again. */
const closedSeconds = 86_400
/** Stands for the account of an unknown email, so that the same statements run (S-13). */
export const nobody = 'AAAAAAAAAAAAAAAAAAAAAA' as UserId

export type AttemptDeps = {
  readonly accounts: AccountStore
  readonly limiter: Limiter
  readonly clock: Clock
  readonly log: Log
}

type BeginAttemptDeps = AttemptDeps & { readonly hasher: Pick<PasswordHasher, 'requireRoom'> }

export type AttemptInput = {
  readonly email: Email
  /** Null: nobody has this email. */
  readonly account: Account | null
  /** The browser's device cookies: one, unless somebody planted more. */
  readonly deviceTokens: readonly string[]
  /** What limits count the client by: its address, or the /64 of it. Null: never limited. */
  readonly clientKey: string | null
}

/** What an attempt is counted by. */
export type Counting = {
  readonly userId: UserId
  /** What failures of strangers are counted by; those of a browser that the account knows are counted apart (LIM-7). */
  readonly name: string
  readonly deviceTokens: readonly string[]
  readonly hits: (by: { readonly who: string; readonly known: boolean }) => readonly Hit[]
  /** Throws where a stranger's attempt could not be made now: before it is counted, which would be for nothing. */
  readonly admitStranger?: () => void
  /** The rule that the answer names where too many have failed in a row. */
  readonly closes: (known: boolean) => RuleName
}

export type Attempt =
  | {
      readonly allowed: true
      readonly verdict: Verdict | null
      /** Whose failures in a row these are: strangers' to the account, or those of one browser that it knows. */
      readonly who: string
      readonly known: boolean
      /** If it fails as well, no more are taken. */
      readonly isLast: boolean
      /** The device cookie to go on with: the one that the account knows, else the first. Null: the browser has none. */
      readonly deviceToken: string | null
      /** The password was right: the limits of failures get it back. */
      succeeded(): Promise<void>
      /** Nothing was checked, so nothing counts. */
      takenBack(): Promise<void>
      /** Nothing could be checked, so nothing counts. Gives the error back, to be thrown on. */
      undone(error: unknown): Promise<never>
    }
  | {
      readonly allowed: false
      readonly known: boolean
      readonly verdict: Verdict
      readonly reason: 'limited' | 'closed'
      /** What the limit counts by. */
      readonly key: string
    }

/** Counts an attempt at a password. Refuses where a limit is reached, or where too many in a row have failed. */
export const beginAttempt = (deps: BeginAttemptDeps, input: AttemptInput): Promise<Attempt> =>
  countAttempt(deps, {
    userId: input.account?.id ?? nobody,
    name: emailHash(input.email),
    deviceTokens: input.deviceTokens,
    hits: ({ who, known }) => (known ? knownHits(who, input) : strangerHits(who, input)),
    closes: (known) => (known ? 'signInDevice' : 'signInAccount'),
    admitStranger: deps.hasher.requireRoom,
  })

/** The same for whatever can be guessed. */
export const countAttempt = async (deps: AttemptDeps, counting: Counting): Promise<Attempt> => {
  const { accounts, limiter, clock } = deps
  const { userId, name } = counting
  const { deviceToken, knownHash } = await findDevice(accounts, userId, counting.deviceTokens)
  const known = knownHash !== null
  const who = known ? `${name}.${knownHash}` : name
  if (!known) counting.admitStranger?.()
  const hits = counting.hits({ who, known })
  const release = (those: readonly Hit[]) =>
    limiter.release(those).catch((error) => deps.log.warn({ err: error }, 'a limit could not be given back'))
  const undo = async (error: unknown): Promise<never> => {
    await release(hits)
    throw error
  }

  const verdict = await limiter.take(hits)
  if (verdict && !verdict.allowed) {
    const key = hits.find(({ rule }) => rule === verdict.rule)?.key ?? who
    return { allowed: false, known, verdict, reason: 'limited', key }
  }
  const failures = await accounts.beginUnknownDeviceAttempt(who, maxFailuresInARow, clock.now(), userId).catch(undo)
  if (failures === null)
    return { allowed: false, known, verdict: closedVerdict(counting.closes(known)), reason: 'closed', key: who }
  const takenBack = async (): Promise<void> => {
    await accounts
      .takeBackUnknownDeviceAttempt(who)
      .catch((cause) => deps.log.warn({ err: cause }, 'an attempt could not be taken back'))
    await release(hits)
  }
  return {
    allowed: true,
    verdict,
    who,
    known,
    isLast: failures === maxFailuresInARow,
    deviceToken,
    succeeded: () => release(hits.filter(({ rule }) => !everyOutcome.includes(rule))),
    takenBack,
    undone: async (error) => {
      await takenBack()
      throw error
    },
  }
}

/** These count attempts of every outcome; the others give back what succeeded. */
const everyOutcome: readonly RuleName[] = ['signInAny', 'signInBurst']

/** The same for an email that nobody has, so that a refusal does the same work (S-13). */
const ownerOf = ({ account }: AttemptInput): string => account?.id ?? nobody

const knownHits = (who: string, input: AttemptInput): readonly Hit[] => [
  { rule: 'signInDevice', key: who, userId: ownerOf(input) },
  { rule: 'signInBurst', key: who, userId: ownerOf(input) },
]

/** LIM-7: only browsers that the account does not know use up these. */
const strangerHits = (who: string, input: AttemptInput): readonly Hit[] => [
  ...(input.clientKey === null
    ? []
    : [
        { rule: 'signInIp', key: input.clientKey } as const,
        { rule: 'signInIpHour', key: input.clientKey } as const,
        { rule: 'signInAny', key: input.clientKey } as const,
        { rule: 'signInBurst', key: input.clientKey } as const,
      ]),
  { rule: 'signInAccount', key: who, userId: ownerOf(input) },
]

const closedVerdict = (rule: RuleName): Verdict => ({
  allowed: false,
  rule,
  limit: maxFailuresInARow,
  windowSeconds: closedSeconds,
  remaining: 0,
  resetSeconds: closedSeconds,
})
