// A page's own server, and the prefetches of its links, refresh with the cookies that came with them: beside the client, outside its lock.
import type { Browser } from './browser.ts'
import type { Chance } from './chance.ts'
import type { Faults } from './faults.ts'
import type { Network } from './network.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'

type Deps = {
  timeline: Timeline
  chance: Chance
  network: Network
  browser: Browser
  story: Story
  faults: Faults
}

export function prefetches({ timeline, chance, network, browser, story, faults }: Deps): void {
  if (!chance.happens(faults.prefetchBurst)) return
  const count = chance.whole(2, 6)
  const burst = chance.pick([20, 200, 2000])
  story.tell(() => `${count} prefetches refresh within ${burst} ms`)
  for (let each = 0; each < count; each++) {
    timeline.after(chance.between([0, burst]), () => {
      const jar = browser.jar()
      if (!jar.refresh || !browser.isRunning() || browser.isAsleep()) return
      network.carry({ from: 'prefetch', path: '/refresh', jar, csrf: jar.csrf, body: {} }, (answer) =>
        browser.arrives((alive) => answer && alive && browser.takes(answer, false)),
      )
    })
  }
}
