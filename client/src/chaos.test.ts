// Weeks of bad luck, seeded: the promise is that nobody is logged out by accident.
import { expect, test } from 'vitest'
import { createFakeBrowser, type FakeTab } from './fake-browser.suite.ts'
import type { Fault } from './fake-server.suite.ts'

const credentials = { email: 'ada@example.com', password: 'right' }
const faults: Fault[] = [
  'unreachable',
  'lost',
  'lost',
  'hangs',
  { status: 503, body: { code: 'unavailable' } },
  { status: 429, body: { code: 'rate_limited' } },
  { status: 502, body: '<html>' },
]

async function misfortune(seed: number, steps: number, webLocks: boolean) {
  const browser = createFakeBrowser()
  const { server, advance, until } = browser
  let state = seed * 7919 + 1
  const chance = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!

  let tabs: FakeTab[] = []
  const events: string[] = []
  const open = () => {
    const tab = browser.tab({ webLocks, storage: chance() > 0.1 })
    tab.client.onSessionEnd(({ reason }) => events.push(reason))
    tabs.push(tab)
  }
  const deeds: Record<string, () => unknown> = {
    open: () => tabs.length < 4 && open(),
    close: () => tabs.splice(Math.floor(chance() * tabs.length), 1)[0]?.close(),
    freeze: () => tabs.length > 1 && pick(tabs).freeze(),
    thaw: () => {
      for (const tab of tabs) tab.thaw()
    },
    hide: () => pick(tabs)?.show(chance() > 0.5),
    ask: () =>
      void pick(tabs)
        ?.client.fetch('/api/things', { method: 'POST', body: '{}' })
        .catch(() => {}),
    refresh: () => void pick(tabs)?.client.refresh(),
    moment: () => advance(chance() * 300),
    while: () => advance(chance() * 90_000),
    long: () => advance(chance() * 1_200_000),
    sleep: () => browser.sleep(chance() * 8 * 3_600_000),
    clock: () => browser.setWall((chance() - 0.5) * 600_000),
    crash: async () => {
      browser.crash(chance() * 30_000)
      tabs = []
      await advance(5000)
      open()
    },
    forget: () => browser.storage.clear(),
    weather: () => {
      const odds = chance() < 0.5 ? 0 : chance() * 0.6
      server.fault = () => (chance() < odds ? pick(faults) : undefined)
    },
  }

  open()
  await until(tabs[0]!.client.signIn(credentials))
  // Before it is on the disk, a crash loses the sign-in itself.
  await advance(60_000)
  const names = Object.keys(deeds)
  for (let step = 0; step < steps; step++) {
    const name = pick(names)
    await deeds[name]!()
    if (tabs.length === 0) open()
    expect(
      [...server.rows.values()].map((row) => row.ended),
      `seed ${seed}, step ${step}, ${name}`,
    ).toEqual([null])
    expect(events, `seed ${seed}, step ${step}, ${name}`).toEqual([])
  }
  server.fault = () => undefined
  for (const tab of tabs) tab.thaw()
  await advance(400_000)
  for (const tab of tabs) expect((await until(tab.client.fetch('/api/things'))).status, `seed ${seed}`).toBe(200)
}

test('PROTOCOL 12, 13 CLI-5 through lost answers, crashes, sleep, frozen tabs and set clocks nobody is signed out', async () => {
  for (let seed = 1; seed <= 12; seed++) await misfortune(seed, 150, seed % 3 > 0)
})
