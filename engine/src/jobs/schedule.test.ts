// Jobs run once per cluster: two nodes on one database.
import { Cron } from 'croner'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Meter, noMeter } from '../meter/meter.ts'
import { silentLog } from '../primitives/log.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places } from '../stores/samples.suite.ts'
import { cronFault, dueSince, runOnce, scheduleJob } from './schedule.ts'
import type { JobStore } from './store.ts'

describe.each(places)('on %s', (_, newPlace) => {
  let place: Place
  let one: Database
  let other: Database
  let now = 1_800_000_000_000
  const clock = { now: () => now, isSteady: () => true }
  beforeAll(async () => {
    place = await newPlace()
    one = place.open()
    other = place.open()
    await one.migrate()
  })
  afterAll(() => place?.remove())
  beforeEach(() => {
    slot += 7 * 86_400_000
    now = slot + 1_000
  })

  const deps = (database: Database, log = silentLog) => ({ jobs: database.jobs, clock, log })
  let slot = 1_799_999_000_000

  test('TOK-10 of many nodes that wake for a slot one does the work', async () => {
    let worked = 0
    const work = async () => {
      worked += 1
      return { sessions: 3 }
    }
    const ran = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        runOnce(deps(index % 2 === 0 ? one : other), { job: 'clean-up', slot, node: `node-${index}`, work }),
      ),
    )
    expect(ran.filter(Boolean)).toHaveLength(1)
    expect(worked).toBe(1)
    // It is done: a late node does not do it again, not even after the lease.
    now += 3_600_000
    expect(await runOnce(deps(other), { job: 'clean-up', slot, node: 'late', work })).toBe(false)
  })

  test('TOK-10 the next slot, and another job, are other runs', async () => {
    const work = async () => ({})
    const run = (job: string, at: number) => runOnce(deps(one), { job, slot: at, node: 'a', work })
    expect([await run('clean-up', slot), await run('clean-up', slot + 86_400_000), await run('other', slot)]).toEqual([
      true,
      true,
      true,
    ])
  })

  test('TOK-10 what a run removed is logged', async () => {
    const logged: object[] = []
    const log = { ...silentLog, info: (fields: object) => void logged.push(fields) }
    await runOnce(deps(one, log), { job: 'clean-up', slot, node: 'a', work: async () => ({ sessions: 7, devices: 2 }) })
    expect(logged).toEqual([{ job: 'clean-up', sessions: 7, devices: 2 }])
  })

  test('a run that failed is not done: another node may take it when the lease is over, not before', async () => {
    const fail = async () => {
      throw new Error('the database went away')
    }
    const work = async () => ({})
    await expect(runOnce(deps(one), { job: 'clean-up', slot, node: 'a', work: fail })).rejects.toThrow('went away')
    expect(await runOnce(deps(other), { job: 'clean-up', slot, node: 'b', work })).toBe(false)
    now += 15 * 60_000 + 1
    expect(await runOnce(deps(other), { job: 'clean-up', slot, node: 'b', work })).toBe(true)
  })
})

describe('the schedule', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const claims = () => {
    const claimed: { node: string; slot: number }[] = []
    const jobs: JobStore = {
      claim: async ({ node, slot }) => {
        const free = claimed.every((one) => one.slot !== slot)
        claimed.push({ node, slot })
        return free
      },
      renew: async () => {},
      finish: async () => {},
      isOwed: async () => false,
      lastFinished: async () => [],
      lastDone: async () => null,
      deleteOld: async () => {},
    }
    return { claimed, jobs }
  }

  test('TOK-10 nodes that wake a little early or late mean the same slot', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 0, 0)))
    const { claimed, jobs } = claims()
    let worked = 0
    const input = {
      job: 'clean-up',
      pattern: '0 2 * * *',
      work: async () => {
        worked += 1
        return {}
      },
    }
    const punctual = scheduleJob(
      { jobs, clock: { now: () => Date.now(), isSteady: () => true }, log: silentLog, meter: noMeter },
      input,
    )
    await vi.advanceTimersByTimeAsync(3_600_000 + 500)
    expect(claimed).toHaveLength(1)
    void punctual.stop()
    // The other node was busy, and comes 2.3 s late.
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 59)))
    const late = scheduleJob(
      { jobs, clock: { now: () => Date.now(), isSteady: () => true }, log: silentLog, meter: noMeter },
      input,
    )
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 2, 0, 2, 300)))
    await vi.advanceTimersByTimeAsync(2_000)
    void late.stop()
    expect(claimed).toHaveLength(2)
    expect(claimed.map(({ slot }) => slot)).toEqual([Date.UTC(2026, 10, 21, 2), Date.UTC(2026, 10, 21, 2)])
    expect(worked).toBe(1)
  })

  test('TOK-10 nodes in different time zones mean the same slot: moments are in UTC', async () => {
    const zone = process.env.TZ
    const { claimed, jobs } = claims()
    try {
      for (const TZ of ['Asia/Tokyo', 'America/New_York']) {
        process.env.TZ = TZ
        vi.setSystemTime(Date.UTC(2026, 10, 21, 1, 59))
        const deps = { jobs, clock: { now: () => Date.now(), isSteady: () => true }, log: silentLog, meter: noMeter }
        const schedule = scheduleJob(deps, { job: 'clean-up', pattern: '0 2 * * *', work: async () => ({}) })
        await vi.advanceTimersByTimeAsync(2 * 60_000)
        void schedule.stop()
        expect(dueSince('0 2 * * *', Date.UTC(2026, 10, 21, 12))).toBe(Date.UTC(2026, 10, 21, 2))
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
    expect(claimed.map(({ slot }) => slot)).toEqual([Date.UTC(2026, 10, 21, 2), Date.UTC(2026, 10, 21, 2)])
  })

  test('a pattern without a moment is none', () => {
    expect([cronFault('30 2 31 2 *'), cronFault('30 2 * * *')]).toEqual([expect.stringContaining('no moment'), null])
  })

  const minute = 60_000
  const lease = () => {
    let run: { node: string; until: number; done: boolean } | null = null
    const jobs: JobStore = {
      ...claims().jobs,
      claim: async ({ node, now, leaseMs }) => {
        if (run && (run.done || run.until >= now)) return false
        run = { node, until: now + leaseMs, done: false }
        return true
      },
      renew: async ({ node, now, leaseMs }) => {
        if (run?.node === node) run.until = now + leaseMs
      },
      finish: async ({ node }) => {
        if (run?.node === node) run.done = true
      },
      isOwed: async () => run !== null && !run.done,
    }
    return { jobs, clock: { now: () => Date.now(), isSteady: () => true }, log: silentLog, meter: noMeter }
  }
  const atTwo = (work: (signal: AbortSignal) => Promise<Record<string, number>>) => ({
    job: 'clean-up',
    pattern: '0 2 * * *',
    work,
  })

  test('TOK-10 a node that dies in the middle of a job leaves it to another, which does it once', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const deps = lease()
    const began: string[] = []
    // Dead: it neither ends nor renews its lease, since intervals are not moved here.
    const dead = scheduleJob(
      deps,
      atTwo(() => new Promise(() => began.push('dead'))),
    )
    await vi.advanceTimersByTimeAsync(500)
    const alive = [1, 2].map(() =>
      scheduleJob(
        deps,
        atTwo(async () => ({ done: began.push('alive') })),
      ),
    )
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect(began).toEqual(['dead'])
    await vi.advanceTimersByTimeAsync(60 * minute)
    expect(began).toEqual(['dead', 'alive'])
    for (const schedule of [dead, ...alive]) void schedule.stop()
  })

  test('TOK-10 a long job is not begun by another node while the first is at it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const deps = lease()
    let worked = 0
    const long = atTwo(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50 * minute))
      return { worked: ++worked }
    })
    const schedules = [scheduleJob(deps, long), scheduleJob(deps, long)]
    await vi.advanceTimersByTimeAsync(180 * minute)
    expect(worked).toBe(1)
    for (const schedule of schedules) void schedule.stop()
  })

  test('TOK-10 OPS-8 the database is away at the moment of a job: it is done soon after, once', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const deps = lease()
    const until = Date.UTC(2026, 10, 21, 2, 0, 20)
    const jobs: JobStore = {
      ...deps.jobs,
      claim: async (input) => {
        if (Date.now() < until) throw new Error('the database is away')
        return deps.jobs.claim(input)
      },
    }
    let worked = 0
    const schedules = [1, 2].map(() =>
      scheduleJob(
        { ...deps, jobs },
        atTwo(async () => ({ worked: ++worked })),
      ),
    )
    await vi.advanceTimersByTimeAsync(90_000)
    expect(worked).toBe(0)
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(worked).toBe(1)
    await vi.advanceTimersByTimeAsync(180 * minute)
    expect(worked).toBe(1)
    for (const schedule of schedules) await schedule.stop()
  })

  test('TOK-10 OPS-8 work that fails is begun again by the only node, and for two hours at most', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const tries = { once: 0, always: 0 }
    const work = (kind: 'once' | 'always') => async () => {
      tries[kind] += 1
      if (kind === 'always' || tries[kind] === 1) throw new Error('the disk is full')
      return {}
    }
    const schedules = (['once', 'always'] as const).map((kind) => scheduleJob(lease(), atTwo(work(kind))))
    await vi.advanceTimersByTimeAsync(20 * minute)
    expect(tries).toEqual({ once: 2, always: 2 })
    await vi.advanceTimersByTimeAsync(20 * 60 * minute)
    expect(tries.once).toBe(2)
    expect(tries.always).toBeLessThan(10)
    for (const schedule of schedules) await schedule.stop()
  })

  test('TOK-10 OPS-9 both nodes are restarted during a job, one after the other: it is done at once, once, and no failure', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const failures: string[] = []
    const meter: Meter = { ...noMeter, add: (name, _, by = 1) => void failures.push(...Array(by).fill(name)) }
    const deps = { ...lease(), meter }
    const begun: string[] = []
    const first = [1, 2].map((node) =>
      scheduleJob(
        deps,
        atTwo(async (signal) => {
          begun.push(`old ${node}`)
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        }),
      ),
    )
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(begun).toHaveLength(1)
    for (const schedule of first) await schedule.stop()
    let worked = 0
    const second = [1, 2].map(() =>
      scheduleJob(
        deps,
        atTwo(async () => ({ worked: ++worked })),
      ),
    )
    await vi.advanceTimersByTimeAsync(1_000)
    expect(worked).toBe(1)
    await vi.advanceTimersByTimeAsync(180 * minute)
    expect([worked, failures]).toEqual([1, []])
    for (const schedule of second) await schedule.stop()
  })

  test('TOK-10 every node is killed during a job: those that come after do it when the lease is over, once', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const deps = lease()
    const dead = scheduleJob(
      deps,
      atTwo(() => new Promise(() => {})),
    )
    await vi.advanceTimersByTimeAsync(2 * minute)
    let worked = 0
    const alive = [1, 2].map(() =>
      scheduleJob(
        deps,
        atTwo(async () => ({ worked: ++worked })),
      ),
    )
    await vi.advanceTimersByTimeAsync(5 * minute)
    expect(worked).toBe(0)
    await vi.advanceTimersByTimeAsync(30 * minute)
    expect(worked).toBe(1)
    for (const schedule of [dead, ...alive]) void schedule.stop()
  })

  test('TOK-10 a node that starts without the database catches up once it is there', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 2, 10, 0)))
    const { jobs, ...deps } = lease()
    let asked = 0
    const isOwed = async () => {
      asked += 1
      if (asked < 4) throw new Error('the database is away')
      return true
    }
    let worked = 0
    const schedule = scheduleJob(
      { ...deps, jobs: { ...jobs, isOwed } },
      atTwo(async () => ({ worked: ++worked })),
    )
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect([asked, worked]).toEqual([4, 1])
    await schedule.stop()
  })

  test('OPS-7 TOK-10 while a clock that jumped is in doubt no job runs; it is done within the hour when that is over', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const { clock, ...deps } = lease()
    let isSteady = false
    let worked = 0
    const schedule = scheduleJob(
      { ...deps, clock: { ...clock, isSteady: () => isSteady } },
      atTwo(async () => ({ worked: ++worked })),
    )
    await vi.advanceTimersByTimeAsync(40 * minute)
    expect(worked).toBe(0)
    isSteady = true
    await vi.advanceTimersByTimeAsync(20 * minute)
    expect(worked).toBe(1)
    await schedule.stop()
  })

  test('OPS-7 TOK-10 a moment of the days to come, by a clock that was ahead, is not run when the clock is right again', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 11, 31, 1, 59, 0)))
    const { clock, ...deps } = lease()
    let isSteady = false
    let worked = 0
    const schedule = scheduleJob(
      { ...deps, clock: { ...clock, isSteady: () => isSteady } },
      atTwo(async () => ({ worked: ++worked })),
    )
    await vi.advanceTimersByTimeAsync(2 * minute)
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 12, 0, 0)))
    isSteady = true
    await vi.advanceTimersByTimeAsync(60 * minute)
    expect(worked).toBe(0)
    await schedule.stop()
  })

  test('OPS-7 a job that does not end holds a stop up for seconds, and its run is given back', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const deps = lease()
    const stuck = scheduleJob(
      deps,
      atTwo(() => new Promise(() => {})),
    )
    await vi.advanceTimersByTimeAsync(2 * minute)
    let stopped = false
    const stopping = Promise.resolve(stuck.stop()).then(() => {
      stopped = true
    })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(stopped).toBe(false)
    await vi.advanceTimersByTimeAsync(9_000)
    await stopping
    const again = { job: 'clean-up', slot: Date.UTC(2026, 10, 21, 2), node: 'next', work: async () => ({}) }
    expect(await runOnce(deps, again)).toBe(true)
  })

  test('OPS-5 a failure is logged and counted from nought on, and the next slot comes all the same', async () => {
    vi.setSystemTime(new Date(Date.UTC(2026, 10, 21, 1, 59, 0)))
    const { claimed, jobs } = claims()
    const errors: object[] = []
    const log = { ...silentLog, error: (fields: object) => void errors.push(fields) }
    const counted: object[] = []
    const meter: Meter = { ...noMeter, add: (name, labels, by = 1) => void counted.push({ name, ...labels, by }) }
    const schedule = scheduleJob(
      { jobs, clock: { now: () => Date.now(), isSteady: () => true }, log, meter },
      {
        job: 'clean-up',
        pattern: '* * * * *',
        work: async () => {
          throw new Error('down')
        },
      },
    )
    await vi.advanceTimersByTimeAsync(3 * 60_000)
    void schedule.stop()
    expect(claimed.length).toBeGreaterThanOrEqual(2)
    expect(errors.length).toBe(claimed.length)
    // Prometheus sees no increase from nothing to 1: the first night that fails would raise no alert.
    expect(counted).toEqual(
      [0, ...claimed.map(() => 1)].map((by) => ({ name: 'job_failures_total', task: 'clean-up', by })),
    )
    const before = claimed.length
    await vi.advanceTimersByTimeAsync(5 * 60_000)
    expect(claimed).toHaveLength(before)
  })

  test('TOK-10 the default hour is two in the night', () => {
    const next = new Cron('0 2 * * *', { paused: true, timezone: 'UTC' }).nextRun(new Date(Date.UTC(2026, 10, 21, 12)))
    expect([next?.getHours(), next?.getMinutes()]).toEqual([2, 0])
  })
})
