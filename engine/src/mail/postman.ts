// Sends what waits in the outbox.
import { createDelivery } from '../delivery/delivery.ts'
import type { Keyring } from '../keys/keyring.ts'
import { sealedWith, unseal } from '../keys/seal.ts'
import type { Meter } from '../meter/meter.ts'
import type { SteadyClock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Letter } from './letter.ts'
import type { Site } from './links.ts'
import { sealContext } from './post.ts'
import { renderLetter } from './render.ts'
import type { OutboxStore, WaitingLetter } from './store.ts'
import type { Transport } from './transport.ts'

/** So many letters in a row that were put off, and none that was taken: it is not their receivers. */
const putOffAtMost = 2

export type PostmanDeps = {
  readonly outbox: OutboxStore
  readonly keyring: Pick<Keyring, 'find'>
  readonly transport: Transport
  readonly site: Site
  readonly clock: SteadyClock
  readonly log: Log
  readonly meter: Meter
  readonly isStopping?: () => boolean
}

export type Postman = {
  /** Sends what is due at the call; the number of letters that went out. Several calls at once share the work. */
  deliver(): Promise<number>
  /** Whether letters as a whole do not go out: they wait in the outbox (SPEC section 17). */
  isDegraded(): boolean
  /** Rejects with what is between this machine and its mail server. */
  check(): Promise<void>
  close(): void
}

export const createPostman = (deps: PostmanDeps): Postman => {
  const { transport, log } = deps

  const open = async ({ id, sealed }: WaitingLetter): Promise<Letter> => {
    const key = await deps.keyring.find(sealedWith(sealed))
    if (!key) throw new Error('the letter is sealed with a secret that this node does not know')
    return JSON.parse(unseal(key, sealContext(id), sealed)) as Letter
  }

  const putOff = new Set<string>()
  const { deliver, failure } = createDelivery({
    ...deps,
    rows: deps.outbox,
    handOver: async (waiting: WaitingLetter) => {
      const { id, kind, tries } = waiting
      const handed = await transport.send(renderLetter(await open(waiting), deps.site), id)
      if (handed.outcome === 'refused')
        log.warn({ letter: id, kind, tries, why: handed.why }, 'the mail server refused a letter')
      if (handed.outcome === 'put_off') {
        log.warn({ letter: id, kind, tries, why: handed.why }, 'the mail server put a letter off')
        if (putOff.size <= putOffAtMost) putOff.add(id)
        if (putOff.size > putOffAtMost) throw new Error(`the mail server takes no letter: ${handed.why}`)
        return handed.outcome
      }
      putOff.clear()
      deps.meter.add('letters_total', { outcome: handed.outcome })
      return handed.outcome
    },
    wentOut: 'sent',
    thing: 'letter',
    alert: 'mail',
    longestPauseMs: 15 * 60_000,
  })
  return { deliver, isDegraded: () => failure() !== null, check: transport.check, close: () => transport.close() }
}
