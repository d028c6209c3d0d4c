// Sends what waits in the outbox. Every node does: a letter is taken by one, and by another should that one die.
import type { Keyring } from '../keys/keyring.ts'
import { sealedWith, unseal } from '../keys/seal.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Letter } from './letter.ts'
import type { Site } from './links.ts'
import { sealContext } from './post.ts'
import { renderLetter } from './render.ts'
import type { OutboxStore, WaitingLetter } from './store.ts'
import type { Transport } from './transport.ts'

const atOnce = 10
/** Longer than a mail server may take over all its steps. */
const leaseMs = 120_000
const firstPauseMs = 10_000
const longestPauseMs = 15 * 60_000

/** The pause after so many tries: 10 s, 20 s, 40 s … up to a quarter of an hour. */
export const pauseMs = (tries: number): number => Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs)

export type PostmanDeps = {
  readonly outbox: OutboxStore
  readonly keyring: Pick<Keyring, 'find'>
  readonly transport: Transport
  readonly site: Site
  readonly clock: Clock
  readonly log: Log
}

export type Postman = {
  /** Sends what is due at the call; the number of letters that went out. Several calls at once share the work. */
  deliver(): Promise<number>
  /** Whether the last delivery failed: mail waits in the outbox (SPEC section 17). */
  isDegraded(): boolean
  close(): void
}

export const createPostman = (deps: PostmanDeps): Postman => {
  const { outbox, transport, clock, log } = deps
  let degraded = false
  let round: Promise<number> | undefined
  let isAskedAgain = false

  const open = async ({ id, sealed }: WaitingLetter): Promise<Letter> => {
    const key = await deps.keyring.find(sealedWith(sealed))
    if (!key) throw new Error('the letter is sealed with a secret that this node does not know')
    return JSON.parse(unseal(key, sealContext(id), sealed)) as Letter
  }

  /** Whether it went out. */
  const handOver = async (waiting: WaitingLetter): Promise<boolean> => {
    const { id, kind, tries } = waiting
    const about = { letter: id, kind, tries }
    if (waiting.expiresAt <= clock.now()) {
      log.error({ ...about, alert: 'mail_expired' }, 'a letter could not be sent in time, and is given up')
      await outbox.end(id, 'expired', clock.now())
      return false
    }
    const handed = await open(waiting)
      .then((letter) => transport.send(renderLetter(letter, deps.site), id))
      .catch((error: unknown) => {
        if (!degraded)
          log.error({ ...about, err: error, alert: 'mail_down' }, 'mail waits: it could not be handed over')
        return null
      })
    degraded = handed === null
    if (handed === null) {
      await outbox.postpone(id, clock.now() + pauseMs(tries))
      return false
    }
    if (handed.outcome === 'refused') log.warn({ ...about, why: handed.why }, 'the mail server refused a letter')
    await outbox.end(id, handed.outcome, clock.now())
    return handed.outcome === 'sent'
  }

  const deliverAll = async (): Promise<number> => {
    let sent = 0
    try {
      for (;;) {
        isAskedAgain = false
        const due = await outbox.claim({ now: clock.now(), leaseMs, limit: atOnce })
        const went = await Promise.all(due.map(handOver))
        sent += went.filter(Boolean).length
        if (due.length < atOnce && !isAskedAgain) return sent
      }
    } finally {
      round = undefined
    }
  }

  return {
    deliver: () => {
      // The round under way may have looked already, before the letter of this call was there.
      isAskedAgain = true
      round ??= deliverAll()
      return round
    },
    isDegraded: () => degraded,
    close: () => transport.close(),
  }
}
