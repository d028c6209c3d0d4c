// The secrets that come from a file, Vault or AWS: read at the start, held, and read again while the server runs (OPS-2).
import { setTimeout as wait } from 'node:timers/promises'
import type { Environment } from '../configuration/environment.ts'
import type { Log } from '../log/log.ts'
import { createAws } from './aws.ts'
import { type Content, type Source, takeSecret } from './content.ts'
import { formatReference, type Reference } from './reference.ts'
import { readSecretFile } from './secret-files.ts'
import { createVault } from './vault.ts'

/** A source that is away is asked again so much later. */
const retrySeconds = 10
/** One that hangs, a folder of another machine's for instance, holds up nothing for longer. */
const answerWithinMs = 10_000

export type HeldSecrets = {
  /** The secret; it is read where it is not held yet. Throws with why it can't be. */
  read(setting: string, reference: Reference, environment: Environment): Promise<string>
  /** Reads again what is due, and gives the settings that have another secret now. Never throws: what can't be read stays as it was. */
  renew(everySeconds: number, log: Log): Promise<readonly string[]>
  /** The newest secret is of no use: back to the one before, until yet another one comes. */
  refuse(setting: string): void
  /** Of each: seconds since it was read, and whether the newest there is is in use. False: its source is away, or has what is refused. */
  states(): readonly { readonly setting: string; readonly seconds: number; readonly isNewest: boolean }[]
}

type Held = {
  readonly setting: string
  readonly reference: Reference
  readonly environment: Environment
  value: string
  former: string
  refused: string | null
  /** Of a file, seen once: somebody may be writing it. */
  seen: string
  readAt: number
  dueAt: number
  isAway: boolean
}

export const createHeldSecrets = (): HeldSecrets => {
  const sources: Readonly<Record<Reference['kind'], Source>> = {
    file: readFile,
    vault: createVault(),
    aws: createAws(),
  }
  const all = new Map<string, Held>()
  /** Several secrets of one place are read at once. */
  let reading = new Map<string, Promise<Content>>()

  const ask = async ({ kind, place, field }: Reference, environment: Environment) => {
    const key = `${kind}:${place}`
    const asked = reading.get(key) ?? inTime(sources[kind](place, environment))
    reading.set(key, asked)
    const { content, leaseSeconds } = await asked
    return { value: takeSecret(content, field), leaseSeconds: leaseSeconds ?? Number.POSITIVE_INFINITY }
  }

  /** Whether it is another secret than before. */
  const renewOne = async (held: Held, everySeconds: number): Promise<boolean> => {
    const { reference } = held
    const isFile = reference.kind === 'file'
    const dueIn = (seconds: number) => {
      held.dueAt = performance.now() + (isFile ? 0 : Math.min(seconds, everySeconds) * 1000)
    }
    dueIn(retrySeconds)
    const { value, leaseSeconds } = await ask(reference, held.environment)
    dueIn(leaseSeconds)
    held.readAt = performance.now()
    const isHalfWritten = isFile && value !== held.seen
    held.seen = value
    // Who takes a refused one back is at peace again.
    if (value === held.value && !isHalfWritten) held.refused = null
    if (isHalfWritten || value === held.value || value === held.refused) return false
    Object.assign(held, { value, former: held.value, refused: null })
    return true
  }

  return {
    read: async (setting, reference, environment) => {
      const held = all.get(setting)
      if (held) return held.value
      const { value } = await ask(reference, environment)
      // When it is due again, the first renewal says.
      const times = { readAt: performance.now(), dueAt: 0, isAway: false }
      all.set(setting, { setting, reference, environment, value, former: value, refused: null, seen: value, ...times })
      return value
    },
    renew: async (everySeconds, log) => {
      reading = new Map()
      const due = [...all.values()].filter(({ dueAt }) => dueAt <= performance.now())
      const changed = due.map(async (held) => {
        const { setting, isAway } = held
        const about = { setting, from: formatReference(held.reference) }
        try {
          const isNew = await renewOne(held, everySeconds)
          held.isAway = false
          if (isAway) log.info(about, 'a secret can be read again')
          return isNew ? [setting] : []
        } catch (error) {
          held.isAway = true
          if (!isAway)
            log.error(
              { ...about, err: error, alert: 'secret_away' },
              'a secret could not be read again: it stays as it was',
            )
          return []
        }
      })
      return (await Promise.all(changed)).flat()
    },
    refuse: (setting) => {
      const held = all.get(setting)
      if (held) Object.assign(held, { value: held.former, refused: held.value })
    },
    states: () =>
      [...all.values()].map(({ setting, readAt, isAway, refused }) => ({
        setting,
        seconds: (performance.now() - readAt) / 1000,
        isNewest: !isAway && refused === null,
      })),
  }
}

const inTime = (work: Promise<Content>): Promise<Content> => {
  const late = wait(answerWithinMs, undefined, { ref: false }).then(() => {
    throw new Error('it says nothing')
  })
  return Promise.race([work, late])
}

const readFile: Source = async (place) => {
  const content = await readSecretFile(place).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code ?? error.message)
  })
  return { content, leaseSeconds: null }
}
