// What befalls a browser: by the visit, by the day, and in the worst moment, which is soon after a new cookie landed.
import { spans } from './faults.ts'
import { sleepLength } from './habits.ts'
import { day, hour, minute, policy } from './policy.ts'
import type { World } from './world.ts'

export type Mishaps = ReturnType<typeof createMishaps>

export function createMishaps({ timeline, browser, network, server, faults, chanceOf }: World) {
  const chance = chanceOf('mishaps')
  const inUse = () => browser.isRunning() && !browser.isAsleep()

  const sleep = () => {
    if (!inUse()) return
    browser.sleep()
    timeline.after(sleepLength(chance), browser.wake)
  }
  const crash = () => inUse() && browser.crash()
  const freeze = () => {
    const page = [...browser.pages].find(({ hiddenSince }) => hiddenSince !== null)
    if (!page || !inUse()) return
    browser.freeze(page)
    timeline.after(chance.between([minute, hour / 2]), () => page.frozen && browser.thaw(page))
  }

  browser.onLanding(() => {
    if (chance.happens(faults.sleepSoon)) timeline.after(chance.between([0, policy.protocol.flushedMs]), sleep)
    if (chance.happens(faults.crashSoon)) timeline.after(chance.between([0, minute]), crash)
  })

  const daily = () => {
    if (chance.happens(faults.keyRoll)) timeline.after(chance.between([0, day]), server.rollKeys)
    timeline.after(day, daily)
  }
  daily()

  return {
    /** Chooses what will happen during a visit of this length. */
    visit(lengthMs: number, elevate: () => void) {
      const mishaps: [rate: number, happen: () => void][] = [
        [faults.badWeather, () => network.badWeather(chance.between(spans.badWeather))],
        [faults.sleep, sleep],
        [faults.crash, crash],
        [faults.frozenTab, freeze],
        [faults.clockSet, () => browser.setClock(chance.between(spans.clockOff))],
        [faults.storageEvicted, browser.evictStorage],
        [faults.elevation, elevate],
      ]
      for (const [rate, happen] of mishaps)
        if (chance.happens(rate)) timeline.after(chance.between([0, lengthMs]), happen)
    },
  }
}
