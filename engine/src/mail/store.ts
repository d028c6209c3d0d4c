import type { WaitingRows } from '../delivery/delivery.ts'
import type { UserId } from '../primitives/ids.ts'

/** `nobody`: an address without an account, whose letter was never written, so that asking for it costs as much (S-13). */
export type LetterOutcome = 'sent' | 'refused' | 'expired' | 'nobody'

/** That a letter was written, and nothing of what it says. */
export type SentLetter = {
  readonly kind: string
  readonly writtenAt: number
  readonly outcome: LetterOutcome | null
}

export type WaitingLetter = {
  readonly id: string
  readonly kind: string
  readonly sealed: string
  readonly createdAt: number
  readonly expiresAt: number
  /** Deliveries begun, this one included. */
  readonly tries: number
}

export interface OutboxStore extends WaitingRows<WaitingLetter, LetterOutcome> {
  /** Puts a letter into the outbox, due at once. `sealed` null: for nobody; it is over as soon as it is there. What is sealed is removed when it is over. */
  insert(letter: {
    readonly id: string
    readonly kind: string
    readonly userId: UserId | null
    readonly sealed: string | null
    readonly now: number
    readonly expiresAt: number
  }): Promise<void>
  /** How many wait, and when the oldest of them was written; null: none waits. */
  waiting(): Promise<{ readonly count: number; readonly oldest: number | null }>
  /** When the oldest was written that nobody has tried to send; null: all that wait were tried. */
  oldestUntried(): Promise<number | null>
  /** How many letters ended so since then, as far as they were still good at that time. For an operator: it reads much. */
  countEnded(outcome: LetterOutcome, since: number): Promise<number>
  /** What was written to somebody, the newest first, 200 at most. */
  listOf(userId: UserId): Promise<readonly SentLetter[]>
  /** Forgets what was written to somebody, sent or not. */
  deleteOf(userId: UserId): Promise<void>
  /** Forgets up to `limit` letters that were of no more use before; the number forgotten. */
  deleteOld(expiredBefore: number, limit: number): Promise<number>
}
