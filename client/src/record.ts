// What the tabs share, and the decisions drawn from it. Pure: no clock, no chance, no I/O of its own.
import type { SessionEndReason } from '@vigile/contract'

/** PROTOCOL.md's T: a refresh, and whatever else holds the lock, is given up after this. */
export const patienceMs = 15_000
/** PROTOCOL.md's D: a cookie that has been there for so much awake time is on the disk. */
export const settledMs = 45_000
export const beatMs = 5_000
const firstPauseMs = 30_000
const longestPauseMs = 300_000

/** Written under the lock only. */
export type SessionRecord = {
  /** Changes whenever a session begins or ends; empty while nothing is known. */
  epoch: string
  /** Why it is over; empty while it lives. */
  ended: SessionEndReason | ''
  /** Of the refresh token last seen. */
  fingerprint: string
  /** When the access token came, or the session was found to be over, by the wall clock. */
  refreshedAt: number
  accessLifeMs: number
  failures: number
  retryAt: number
}

/** Written by any tab at any time; a lost update only delays it. */
export type ConfirmRecord = {
  fingerprint: string
  /** Awake time since the cookie came, over all tabs. */
  awakeMs: number
  countedAt: number
  /** 0: not yet; 1: arrived; 2: settled on disk. */
  confirmed: 0 | 1 | 2
  confirmingAt: number
}

export const noSession: SessionRecord = {
  epoch: '',
  ended: '',
  fingerprint: '',
  refreshedAt: 0,
  accessLifeMs: 0,
  failures: 0,
  retryAt: 0,
}

export const noConfirm: ConfirmRecord = { fingerprint: '', awakeMs: 0, countedAt: 0, confirmed: 0, confirmingAt: 0 }

export const isLive = (session: SessionRecord): boolean => !!session.epoch && !session.ended

/** Whether a failure is too recent to ask again. A longest pause bounds what a clock that was set back can do. */
export const isResting = (session: SessionRecord, wall: number): boolean =>
  session.retryAt > wall && session.retryAt <= wall + longestPauseMs

/**
 * After a failed refresh: again at once, since another node may answer; then after 30 s, doubling up to 300 s, or after
 * `waitSeconds` where the server asked for more, up to 300 s as well.
 */
export const afterFailure = ({ failures }: SessionRecord, wall: number, waitSeconds = 0): Partial<SessionRecord> => ({
  failures: failures + 1,
  retryAt:
    failures > 0
      ? wall + Math.min(Math.max(firstPauseMs * 2 ** (failures - 1), waitSeconds * 1000 || 0), longestPauseMs)
      : 0,
})

/** After an answer that gave an access token. */
export const afterRefresh = (
  answer: { fingerprint: string; expiresIn: number },
  wall: number,
  epoch: string,
): SessionRecord => ({
  ...noSession,
  epoch,
  fingerprint: answer.fingerprint,
  refreshedAt: wall,
  accessLifeMs: answer.expiresIn * 1000,
})

/** What is confirmed of this fingerprint: nothing, unless the record is about it. */
export const confirmOf = (confirm: ConfirmRecord, fingerprint: string): ConfirmRecord =>
  confirm.fingerprint === fingerprint ? confirm : { ...noConfirm, fingerprint }

/**
 * Awake time counted once, however many tabs count: each adds what passed since the last count by any tab, and since its own
 * last beat at most. A beat that came late means sleep or throttling, so it adds nothing; nor does a clock that was set back.
 */
export const countAwake = (confirm: ConfirmRecord, lastBeat: number, wall: number): Partial<ConfirmRecord> | null => {
  if (confirm.awakeMs >= settledMs) return null
  if (confirm.countedAt > wall) return { ...confirm, countedAt: wall }
  const sinceBeat = wall - lastBeat
  if (sinceBeat <= 0 || sinceBeat > 2 * beatMs) return null
  const awakeMs = confirm.awakeMs + Math.min(sinceBeat, wall - confirm.countedAt)
  return { ...confirm, awakeMs, countedAt: wall }
}
