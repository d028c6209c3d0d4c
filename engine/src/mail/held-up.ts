import type { OutboxStore } from './store.ts'

/**
 * A letter is late after so long, longer than the pauses between the first tries: for the status page, the doctor and the rule of
 * Prometheus alike.
 */
export const lateLetterMs = 10 * 60_000

/**
 * When the oldest letter was written that waits because letters as a whole do not go out (epoch milliseconds); null: they do. One that
 * its own receiver puts off, such as a mistyped address, is none: anybody can have it written, and it waits for a day.
 * `isDegraded`: what this node's postman says of its last tries.
 */
export const heldUpSince = async (
  outbox: Pick<OutboxStore, 'waiting' | 'oldestUntried'>,
  isDegraded: boolean,
): Promise<number | null> => (isDegraded ? (await outbox.waiting()).oldest : outbox.oldestUntried())
