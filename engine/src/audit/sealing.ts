// When a node seals: soon after it put something on record, each second for what others did, and last of all at its end.
import type { DerivedKeys } from '../keys/derive.ts'
import type { Log } from '../primitives/log.ts'
import { macOf } from './entry-mac.ts'
import type { Sealer } from './sealer.ts'

/** All that was written in this time is sealed together. */
const sealAfterMs = 250
const sealEveryMs = 1_000
const sayEveryMs = 60_000
const undone = 'the audit log could not be sealed'

type Background = {
  every(ms: number, what: string, work: () => Promise<void>): void
  after(ms: number, what: string, work: () => Promise<void>): void
}

export const createSealing = (deps: {
  readonly newestKey: () => DerivedKeys
  readonly sealer: () => Sealer
  readonly background: Background
  readonly isOpen: () => boolean
  /** A command ends before any timer: it seals at its end alone. */
  readonly isServer: boolean
  readonly log: Log
}) => {
  const { background, isServer } = deps
  let isWaiting = false
  let saidAt = Number.NEGATIVE_INFINITY
  // The sealer itself says what lasts.
  const sayUndone = (error: unknown) => {
    if (performance.now() - saidAt < sayEveryMs) return
    saidAt = performance.now()
    deps.log.warn({ err: error }, undone)
  }
  const run = () => deps.sealer().run().catch(sayUndone)
  const seal = async () => {
    isWaiting = false
    if (deps.isOpen()) await run()
  }
  return {
    /** The MAC of an entry that is about to be written. */
    entryMac: (content: string): string => {
      const mac = macOf(deps.newestKey(), content)
      if (!isWaiting && isServer) background.after(sealAfterMs, undone, seal)
      isWaiting = true
      return mac
    },
    start: () => {
      if (isServer) background.every(sealEveryMs, undone, seal)
    },
    /** There may be no server beside a command that ends, nor another node. */
    end: async (): Promise<void> => {
      if (isWaiting) await run()
    },
  }
}
