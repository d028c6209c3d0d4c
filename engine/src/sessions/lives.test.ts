// Whole lives on a real store, two nodes, anything that anybody may do in any order: the implementation against the model,
// after each step, to the letter and the millisecond. VIGILE_RUNS=5000 for a long run.
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { places } from '../stores/samples.suite.ts'
import { runsOf } from './long-runs.suite.ts'
import {
  type At,
  type Done,
  type Driver,
  macKeys,
  openDriver,
  orderOf,
  rulesOf,
  wordsOf,
} from './protocol-driver.suite.ts'
import { type Act, isSame, type Token, type Told, tell, type World } from './protocol-model.suite.ts'

const day = 86_400_000
const trueNow = Date.now.bind(Date)
const gaps = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 500, 2_000, 5_000, 20_000, 45_000, 60_000) },
  { weight: 3, arbitrary: fc.constantFrom(60_000, 450_000, 3_600_000) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: day }) },
)
/** Mostly the latest of what there is. */
const which = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.nat(2) },
  { weight: 1, arbitrary: fc.nat(40) },
)
const often = (kind: string, weight: number) => ({ weight, arbitrary: fc.constant(kind) })
const request = fc.record({
  kind: fc.oneof(often('refresh', 6), often('ack', 3), often('cookie', 1)),
  which,
  retry: fc.boolean(),
  settled: fc.boolean(),
})
const rare = fc.record({
  kind: fc.oneof(
    often('sign-in', 2),
    often('elevation', 3),
    often('sign-out', 2),
    often('sign-out everywhere', 1),
    often('failover', 8),
    often('new key', 3),
  ),
  which,
  retry: fc.constant(false),
  settled: fc.constant(false),
})
const one = fc.oneof({ weight: 7, arbitrary: request }, { weight: 1, arbitrary: rare })
const other = fc.oneof(
  { weight: 8, arbitrary: request },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('sign-out', 'sign-out everywhere'),
      which,
      retry: fc.constant(false),
      settled: fc.constant(false),
    }),
  },
)
/** How wrong the node's own clock is. The embedded database has no other; PostgreSQL has its own, which counts. */
const clocks = fc.constantFrom(0, 5 * 60_000, -5 * 60_000, 40 * day)
const steps = fc.array(
  fc.record({
    gap: gaps,
    clock: clocks,
    node: fc.constantFrom<0 | 1>(0, 1),
    one,
    atOnce: fc.option(other, { freq: 4 }),
  }),
  { minLength: 10, maxLength: 50, size: 'max' },
)
type Step = (typeof steps extends fc.Arbitrary<infer Steps extends readonly unknown[]> ? Steps : never)[number]

/** One user with a session, two nodes, and every token that was ever handed out. */
const createLife = async (driver: Driver) => {
  await driver.newUser()
  const known: [number, number] = [1, 1]
  const tokens: Token[] = []
  let world: World = new Map()
  /** What the replica may not have heard of: the worlds before each commit since the last synchronous one. */
  let unheard: World[] = []

  const at = (node: 0 | 1): At => ({ node, known: known[node] })
  const become = (after: World) => {
    const isSynchronous =
      after.size !== world.size || [...after].some(([id, { revokedAt }]) => revokedAt !== world.get(id)?.revokedAt)
    if (isSynchronous) unheard = []
    else if (!isSame(after, world)) unheard.push(world)
    world = after
  }
  const keep = (act: Act, { answer }: Told, { known }: At) => {
    const [, g, i, keyId] = /^cookie (\d+)\.(\d+) of (\S+),/.exec(answer) ?? []
    if (act.kind === 'refresh' && keyId) tokens.push({ sid: act.token.sid, g: Number(g), i: Number(i), keyId })
    if (act.kind === 'sign-in' || act.kind === 'elevation')
      tokens.push({ sid: act.id, g: 0, i: 0, keyId: macKeys[known - 1]?.id as string })
  }
  const actOf = ({ kind, which, retry, settled }: Step['one']): Act => {
    const token = tokens.at(-1 - (which % tokens.length)) as Token
    if (kind === 'sign-in') return { kind: 'sign-in', held: which === 0 ? [token] : [], id: '' }
    if (kind === 'elevation' && world.get(token.sid)?.revokedAt === null) return { kind, of: token.sid, id: '' }
    if (kind === 'sign-out') return { kind, sid: token.sid }
    if (kind === 'sign-out everywhere') return { kind }
    if (kind === 'ack') return { kind, token, settled }
    return kind === 'cookie' ? { kind, token } : { kind: 'refresh', token, retry, settled }
  }
  /** The session that an act begins is named by the implementation. */
  const named = (act: Act, { answer }: Done): Act => ('id' in act ? { ...act, id: answer } : act)

  const act = async (asked: Act, where: At) => {
    const done = await driver.perform(asked, where)
    const meant = named(asked, done)
    const told = tell(world, meant, done.now, rulesOf(where.known))
    expect({ act: meant, ...done }).toEqual({ act: meant, ...wordsOf(told), now: done.now })
    become(told.world)
    keep(meant, told, where)
  }

  const actBoth = async (acts: readonly [Act, Act], where: readonly [At, At]) => {
    const done = await driver.performBoth(acts, where)
    const after = await driver.world([...world.keys()])
    const told = orderOf(world, acts, { done, known: [where[0].known, where[1].known], after })
    if (!told)
      throw new Error(
        `neither order: ${JSON.stringify({ acts, before: [...world.values()], done, after: [...after.values()] }, null, 1)}`,
      )
    become(after)
    for (const index of [0, 1] as const) keep(acts[index], told[index], where[index])
  }

  const failOver = async (commits: number) => {
    const then = unheard.at(-Math.min(commits, unheard.length))
    if (!then) return
    const lost = [...then.values()].filter(
      (session) => JSON.stringify(world.get(session.id)) !== JSON.stringify(session),
    )
    await driver.putBack(lost)
    world = then
    unheard = []
    // The replica's clock need not be as far.
    driver.move(-300)
  }

  await act({ kind: 'sign-in', held: [], id: '' }, at(0))
  return async ({ gap, clock, node, one, atOnce }: Step) => {
    driver.move(gap)
    if (driver.kind === 'postgres') vi.spyOn(Date, 'now').mockImplementation(() => trueNow() + clock)
    const over = [...world.values()].every(({ revokedAt }) => revokedAt !== null)
    if (over) await act({ kind: 'sign-in', held: [], id: '' }, at(node))
    if (one.kind === 'new key') known[node] = Math.min(known[node] + 1, macKeys.length)
    else if (one.kind === 'failover') await failOver(1 + (one.which % 3))
    else if (atOnce && ['refresh', 'ack', 'cookie'].includes(one.kind))
      await actBoth([actOf(one), actOf(atOnce)], [at(node), at(node === 0 ? 1 : 0)])
    else await act(actOf(one), at(node))
    expect(await driver.world([...world.keys()])).toEqual(world)
  }
}

describe.each(places.map(([kind]) => kind))('on %s', (kind) => {
  let driver: Driver
  beforeAll(async () => {
    driver = await openDriver(kind)
  })
  afterEach(() => void vi.restoreAllMocks())
  afterAll(() => driver?.close())

  const { runs, patience } = runsOf(40)
  test(
    'PROTOCOL 1 TOK-3 I1 I8 I9 I10 whatever is done, one after the other or two at once, answers and rows are the model’s',
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const live = await createLife(driver)
          for (const step of all) await live(step)
        }),
        runs,
      )
    },
    patience,
  )
})
