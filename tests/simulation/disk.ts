// What of a browser's state is on the disk: written late, while awake; what a crash goes back to.
import type { Chance } from './chance.ts'
import { spans } from './faults.ts'
import { emptyJar, type Jar } from './jar.ts'
import type { Timeline } from './timeline.ts'

type Kept = { jar: Jar; storage: ReadonlyMap<string, string> }

export function createDisk(timeline: Timeline, chance: Chance, memory: () => Kept) {
  let disk: Kept = { jar: emptyJar, storage: new Map() }
  let asleepSince: number | null = null
  let slept = 0
  let sleptWhenWritten = 0
  /** When each is due, in awake time. */
  const due = { jar: Number.NaN, storage: Number.NaN }

  const awake = () => timeline.now() - slept - (asleepSince === null ? 0 : timeline.now() - asleepSince)

  const write = (what: keyof Kept) => {
    if (Number.isNaN(due[what])) return
    if (asleepSince !== null) return
    if (awake() < due[what]) return void timeline.after(due[what] - awake(), () => write(what))
    due[what] = Number.NaN
    const { jar, storage } = memory()
    if (what === 'jar') sleptWhenWritten = slept
    disk = what === 'jar' ? { ...disk, jar } : { ...disk, storage: new Map(storage) }
  }

  return {
    /** The jar, or storage, has changed: it is written within its span, with all that changes until then. */
    changed(what: keyof Kept) {
      if (!Number.isNaN(due[what])) return
      due[what] = awake() + Math.ceil(chance.between(what === 'jar' ? spans.cookieFlush : spans.storageFlush))
      write(what)
    },
    sleep() {
      asleepSince ??= timeline.now()
    },
    wake() {
      if (asleepSince === null) return
      slept += timeline.now() - asleepSince
      asleepSince = null
      write('jar')
      write('storage')
    },
    /** The browser is closed in order. */
    flush() {
      const { jar, storage } = memory()
      disk = { jar, storage: new Map(storage) }
      sleptWhenWritten = slept
      due.jar = Number.NaN
      due.storage = Number.NaN
    },
    /** The browser has crashed: all that there is now. `sleptMs`: how long it slept since the jar was written. */
    afterCrash(): Kept & { sleptMs: number } {
      due.jar = Number.NaN
      due.storage = Number.NaN
      return { ...disk, sleptMs: slept - sleptWhenWritten }
    },
  }
}
