// One browser: a jar, storage and locks that its tabs share; it sleeps, crashes and is closed.
import { createFakeLocks } from '../../client/src/fake-locks.suite.ts'
import type { Chance } from './chance.ts'
import { createDisk } from './disk.ts'
import { type Faults, spans } from './faults.ts'
import { emptyJar, isNewer, type Jar, pruned, tokenName, withCookies } from './jar.ts'
import { hour, minute } from './policy.ts'
import { duration, type Story } from './story.ts'
import type { Timeline } from './timeline.ts'
import type { Answer } from './wire.ts'
import type { Witness } from './witness.ts'

export type Browser = ReturnType<typeof createBrowser>

/** A page, as the browser holds it. */
export type Page = {
  readonly name: string
  closed: boolean
  frozen: boolean
  /** Null while it is shown. */
  hiddenSince: number | null
  readonly backlog: (() => void)[]
  readonly hear: Record<'session' | 'lock', Set<(message: unknown) => void>>
  readonly wakers: Set<(online: boolean) => void>
  close(): void
}

type Deps = { timeline: Timeline; chance: Chance; story: Story; faults: Faults; witness: Witness }

/** Simulated time begins here, by a right clock. */
const epoch = 1_800_000_000_000

export function createBrowser({ timeline, chance, story, faults, witness }: Deps) {
  let jar: Jar = emptyJar
  const storage = new Map<string, string>()
  const pages = new Set<Page>()
  const inbox: ((slept: number) => void)[] = []
  const landings = new Set<() => void>()
  let clockOffset = chance.between(spans.clockOff)
  /** Some browsers' monotonic clock stands still while the machine sleeps. */
  const countsSleep = chance.happens(0.5)
  let asleepSince: number | null = null
  let slept = 0
  /** Changes with each start: answers to an earlier life land nowhere. */
  let life = 0
  let running = false

  const wall = () => epoch + timeline.now() + clockOffset
  const disk = createDisk(timeline, chance, () => ({ jar, storage }))

  const inPage = (page: Page, task: () => void) => {
    if (page.closed) return
    if (page.frozen || asleepSince !== null) page.backlog.push(task)
    else task()
  }
  const thaw = (page: Page) => {
    page.frozen = false
    for (let task = page.backlog.shift(); task; task = page.backlog.shift()) if (!page.closed) task()
  }
  const locks = createFakeLocks<Page>(inPage)
  const drop = (page: Page) => {
    page.close()
    page.closed = true
    pages.delete(page)
    locks.drop(page)
  }

  const browser = {
    pages,
    storage,
    locks,
    inPage,
    wall,
    now: () => timeline.now() - (countsSleep ? 0 : slept),
    isRunning: () => running,
    isAsleep: () => asleepSince !== null,
    jar: () => pruned(jar, wall()),
    onLanding: (tell: () => void) => landings.add(tell),
    stored: () => disk.changed('storage'),

    /** An answer reaches the machine. Asleep, it waits; what waited for over a minute finds its connection gone. */
    arrives(land: (alive: boolean) => void) {
      const mine = life
      const take = (waited: number) =>
        mine === life && running && land(waited < minute && (waited === 0 || chance.happens(0.5)))
      if (asleepSince === null) take(0)
      else inbox.push(take)
    },
    /** `asked`: by a page's client, which can give up. */
    takes({ body, set }: Answer, asked: boolean) {
      if (!set) return
      const before = jar.refresh
      const accessLifeMs = ((body as { expiresIn?: number } | undefined)?.expiresIn ?? 0) * 1000
      jar = withCookies(jar, set, accessLifeMs, wall())
      disk.changed('jar')
      if (set === 'clear') return story.tell(() => '    the jar is cleared')
      witness.served()
      const { refresh } = set
      if (!refresh) return
      story.tell(() => `    ${tokenName(refresh)} lands in the jar`)
      witness.landed(refresh.sessionId, !asked && before !== null && isNewer(before, refresh))
      for (const tell of landings) tell()
    },

    start() {
      running = true
      life += 1
    },
    /** Everything is written, then it is gone. */
    quit() {
      story.tell(() => 'the browser is closed')
      for (const page of [...pages]) drop(page)
      disk.flush()
      running = false
    },
    crash() {
      for (const page of [...pages]) drop(page)
      running = false
      const lost = jar.refresh
      const kept = disk.afterCrash()
      jar = kept.jar
      const { refresh } = jar
      const wentBack = refresh && lost?.sessionId === refresh.sessionId ? lost.generation - refresh.generation : 0
      witness.crashed(refresh?.sessionId, wentBack >= 2 && kept.sleptMs >= hour)
      story.tell(() => `THE BROWSER CRASHES; its jar is back at ${refresh ? tokenName(refresh) : 'nothing'}`)
      if (!chance.happens(faults.storageLostInCrash)) return
      storage.clear()
      for (const [key, value] of kept.storage) storage.set(key, value)
    },
    sleep() {
      if (asleepSince !== null) return
      story.tell(() => 'the laptop goes to sleep')
      asleepSince = timeline.now()
      disk.sleep()
    },
    wake() {
      if (asleepSince === null) return
      const passed = timeline.now() - asleepSince
      story.tell(() => `the laptop wakes after ${duration(passed)}`)
      slept += passed
      asleepSince = null
      disk.wake()
      for (const take of inbox.splice(0)) take(passed)
      for (const page of pages) if (!page.frozen) thaw(page)
      browser.tellPages(true)
    },
    tellPages(online = false) {
      for (const page of pages) for (const wake of page.wakers) inPage(page, () => wake(online))
    },
    show(page: Page | undefined) {
      for (const each of pages) {
        if (each === page) each.hiddenSince = null
        else each.hiddenSince ??= timeline.now()
      }
      if (page?.frozen) thaw(page)
      browser.tellPages()
    },
    freeze(page: Page) {
      story.tell(() => `${page.name} is frozen`)
      page.frozen = true
    },
    thaw,
    closePage: drop,
    setClock(byMs: number) {
      story.tell(() => `the clock is set by ${Math.round(byMs / 1000)} s`)
      clockOffset += byMs
    },
    evictStorage() {
      story.tell(() => 'what scripts stored is evicted')
      storage.clear()
    },
  }
  return browser
}
