import { afterEach, describe, expect, test, vi } from 'vitest'
import { openTwice } from '../stores/open-twice.suite.ts'
import { places } from '../stores/samples.suite.ts'
import type { PartsReady } from './observe.ts'
import { createStatus } from './status.ts'

const minute = 60_000
const well: PartsReady['parts'] = { database: 'ok', migrations: 'ok', writes: 'ok', channel: 'ok' }
const away: PartsReady['parts'] = { ...well, database: 'down', migrations: 'down', writes: 'down' }

describe.each(places)('OPS-6 nodes on %s', (_, newPlace) => {
  const db = openTwice(newPlace)
  let now = 1_800_000_000_000
  const openNode = (which: 'one' | 'other' = 'one') => {
    const state = { parts: well }
    const status = createStatus({
      status: {
        since: (at) => db[which].status.since(at),
        extend: (...input) => db[which].status.extend(...input),
        open: (period) => db[which].status.open(period),
        deleteOld: (...input) => db[which].status.deleteOld(...input),
      },
      outbox: { waiting: async () => ({ count: 0, oldest: null }), oldestUntried: async () => null },
      readiness: async () => ({ parts: state.parts }),
      providers: () => [],
      postman: null,
      isServer: true,
      clock: { now: () => now },
    })
    return { ...status, state }
  }
  type Node = ReturnType<typeof openNode>
  const signInOf = async (node: Node) => {
    const { parts, ...report } = await node.read()
    return { ...report, ...parts[0] }
  }
  const rows = async () =>
    (await db.other.status.since(0)).filter(({ seenAt }) => seenAt > began).sort((a, b) => a.beganAt - b.beganAt)
  let began = 0
  /** Each test long after the one before. */
  const start = () => {
    now += 100 * 86_400_000
    began = now - minute
  }
  const pass = async (nodes: readonly Node[], minutes: number) => {
    for (let count = 0; count < minutes * 2; count += 1) {
      now += minute / 2
      await Promise.all(nodes.map((node) => node.look()))
    }
  }

  test('an outage in which the only node was restarted was measured by nobody: it is neither up nor down', async () => {
    start()
    const node = openNode()
    await pass([node], 3)
    node.state.parts = away
    await pass([node], 1.5)
    const next = openNode()
    now += 20_000
    await next.look()
    await pass([next], 2)
    const [before, after, ...others] = await rows()
    expect(others).toEqual([])
    expect((after?.beganAt ?? 0) - (before?.seenAt ?? 0)).toBeGreaterThan(minute)
    // A restart that takes a moment leaves no gap.
    const third = openNode()
    await pass([third], 2)
    expect(await rows()).toHaveLength(2)
  })

  test('an outage that three nodes remember is one period, however often they write it', async () => {
    start()
    const nodes = [openNode(), openNode('other'), openNode()] as const
    await pass(nodes, 3)
    for (const { state } of nodes) state.parts = away
    await pass(nodes, 7)
    expect(await signInOf(nodes[1])).toMatchObject({ state: 'down', hasHistory: false, incidents: [{ to: null }] })
    expect((await rows()).every(({ state }) => state === 'up')).toBe(true)
    // One comes back a little before the others.
    nodes[2].state.parts = well
    await pass([nodes[2]], 0.5)
    for (const { state } of nodes) state.parts = well
    await pass(nodes, 4)
    const down = (await rows()).filter(({ state }) => state === 'down')
    expect(down).toHaveLength(1)
    expect((down[0]?.seenAt ?? 0) - (down[0]?.beganAt ?? 0)).toBeGreaterThanOrEqual(6.5 * minute)
    for (const node of [...nodes, openNode('other')])
      expect(await signInOf(node)).toMatchObject({
        state: 'up',
        hasHistory: true,
        incidents: [{ state: 'down', from: down[0]?.beganAt, to: down[0]?.seenAt }],
      })
  })

  test('a node that alone has lost the database says so itself, and writes nothing over what the others measured', async () => {
    start()
    const [lost, other] = [openNode(), openNode('other')] as const
    await pass([lost, other], 2)
    lost.state.parts = away
    await pass([lost, other], 5)
    expect((await signInOf(lost)).state).toBe('down')
    expect((await signInOf(other)).state).toBe('up')
    lost.state.parts = well
    await pass([lost, other], 2)
    expect((await rows()).map(({ state }) => state)).toEqual(['up'])
    expect((await signInOf(lost)).incidents).toEqual([])
  })

  test('what nobody measured is an outage, although others went on for a while', async () => {
    start()
    const [lost, other] = [openNode(), openNode('other')] as const
    await pass([lost, other], 2)
    lost.state.parts = away
    await pass([lost, other], 4)
    // The other one ends.
    await pass([lost], 6)
    lost.state.parts = well
    await pass([lost], 2)
    const { incidents } = await signInOf(lost)
    expect(incidents).toEqual([{ state: 'down', from: expect.any(Number), to: expect.any(Number) }])
    const [{ from = 0, to = 0 } = {}] = incidents ?? []
    expect((to ?? 0) - from).toBeGreaterThanOrEqual(5.5 * minute)
    expect((to ?? 0) - from).toBeLessThanOrEqual(7 * minute)
  })

  test('two short outages, one soon after the other, are two', async () => {
    start()
    const node = openNode()
    await pass([node], 2)
    for (let times = 0; times < 2; times += 1) {
      node.state.parts = away
      await pass([node], 1)
      node.state.parts = well
      await pass([node], 0.5)
    }
    expect((await signInOf(node)).incidents).toHaveLength(2)
  })

  test('one look that fails is no outage: the node was busy', async () => {
    start()
    const node = openNode()
    await pass([node], 2)
    for (let times = 0; times < 3; times += 1) {
      node.state.parts = away
      await pass([node], 0.5)
      expect((await signInOf(node)).state).toBe('down')
      node.state.parts = well
      await pass([node], 0.5)
    }
    expect(await signInOf(node)).toMatchObject({ state: 'up', incidents: [], availability: 1 })
  })

  test('a node that is killed while the database is away takes its memory along: that time was not measured', async () => {
    start()
    const node = openNode()
    await pass([node], 3)
    node.state.parts = away
    await pass([node], 10)
    const next = openNode('other')
    await pass([next], 3)
    const { incidents, days = [], state } = await signInOf(next)
    expect([state, incidents]).toEqual(['up', []])
    const measured = days.reduce((sum, { measuredMs }) => sum + measuredMs, 0)
    expect(measured).toBeGreaterThanOrEqual(4 * minute)
    expect(measured).toBeLessThanOrEqual(8 * minute)
  })

  test('one look is no proof that nodes can’t tell each other', async () => {
    start()
    const node = openNode()
    node.state.parts = { ...well, channel: 'degraded' }
    await node.look()
    expect((await signInOf(node)).state).toBe('up')
    now += 6_000
    expect((await signInOf(node)).state).toBe('degraded')
  })
})

describe('OPS-6 whoever asks', () => {
  afterEach(() => {
    vi.useRealTimers()
  })
  const never = async (): Promise<never> => {
    throw new Error('the database is away')
  }
  const broken = { since: never, extend: never, open: never, deleteOld: never }
  const common = {
    status: broken,
    outbox: { waiting: async () => ({ count: 0, oldest: null }), oldestUntried: async () => null },
    providers: () => [{ id: 'discord', name: 'Discord', state: 'closed', since: 0 } as const],
    postman: { isDegraded: () => false },
    isServer: true,
  }

  test('is answered from memory where reading fails: the clock’s look says so, visitors are told what is known', async () => {
    const status = createStatus({ ...common, readiness: async () => ({ parts: well }), clock: { now: () => 1 } })
    await expect(status.look()).rejects.toThrow('the database is away')
    expect(await status.read()).toMatchObject({
      state: 'up',
      hasHistory: false,
      parts: [{ availability: null }, {}, {}],
    })
  })

  test('waits for no part that is silent, and is told that nobody knows', async () => {
    vi.useFakeTimers()
    const status = createStatus({ ...common, readiness: () => new Promise(() => {}), clock: { now: () => 1 } })
    const asked = status.read()
    await vi.advanceTimersByTimeAsync(1_500)
    const { state, parts } = await asked
    expect([state, ...parts.map((part) => part.state)]).toEqual([null, null, null, null])
  })
})
