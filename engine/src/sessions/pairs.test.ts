// Two requests at once, on two connections: whatever they are, the outcome is that of one after the other. One pair of each
// kind; with VIGILE_RUNS=1 every pair on every state.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { places } from '../stores/samples.suite.ts'
import { isLong } from './long-runs.suite.ts'
import { type Driver, macKeys, openDriver, orderOf, rulesOf } from './protocol-driver.suite.ts'
import { type Act, type Session, tell } from './protocol-model.suite.ts'
import type { SessionRow } from './store.ts'

const rules = rulesOf(1)
const keyId = macKeys[0]?.id as string
const flags = [false, true]
const second = 1_000

/** A session as it is relative to now: `ages` are of the issue and of the rotation. */
type State = Pick<SessionRow, 'issue' | 'winner' | 'previousWinner' | 'durable'> & {
  readonly ages: readonly [number, number]
}

function* states(): Generator<State> {
  const ages = [1, 10, 30, 90, 7_200].map((age) => [age * second, age * second] as const)
  // A sibling, within W and after it. The last state of a kind is the one that is tried.
  const siblingAges = [1, 10].map((age) => [age * second, 30 * second] as const)
  for (const issue of [0, 1, rules.N])
    for (const winner of issue === 0 ? [null, 0] : [null, 0, 1])
      for (const previousWinner of [null, 0, 1])
        for (const durable of winner === null ? [false] : flags)
          for (const each of issue === 0 ? ages : [...ages, ...siblingAges])
            yield { issue, winner, previousWinner, durable, ages: each }
}

/** What may be asked about session `sid`, whose generation is 3. */
const requestsOn = (sid: string, { issue }: Pick<State, 'issue'>): readonly Act[] => {
  const token = ([g, i]: readonly [number, number]) => ({ sid, g, i, keyId })
  const current = [...new Set([0, 1, issue])].map((i) => token([3, i]))
  const tokens = [
    ...current,
    ...(
      [
        [1, 0],
        [2, 0],
        [2, 1],
        [4, 0],
      ] as const
    ).map(token),
  ]
  return [
    ...tokens.flatMap((one) =>
      flags.flatMap((retry) => flags.map((settled) => ({ kind: 'refresh', token: one, retry, settled }) as const)),
    ),
    ...tokens.flatMap((one) => flags.map((settled) => ({ kind: 'ack', token: one, settled }) as const)),
    ...current.map((one) => ({ kind: 'cookie', token: one }) as const),
    { kind: 'sign-out', sid },
  ]
}

/** What may be asked of an elevated session, and of the one that lives on until the first proof. */
const elevationRequests = (old: string, elevated: string): readonly Act[] => {
  const first = { sid: elevated, g: 0, i: 0, keyId }
  const before = { sid: old, g: 3, i: 0, keyId }
  const said = { retry: false, settled: false }
  return [
    { kind: 'refresh', token: first, ...said },
    { kind: 'refresh', token: { ...first, g: 1 }, ...said },
    { kind: 'ack', token: first, settled: true },
    { kind: 'cookie', token: first },
    { kind: 'refresh', token: before, ...said },
    { kind: 'ack', token: before, settled: false },
    { kind: 'sign-out', sid: elevated },
    { kind: 'sign-out', sid: old },
  ]
}

type Pair = { readonly state: State; readonly one: number; readonly two: number }

/** Every pair of requests on every state, with what tells its kind: what the model says of it in both orders. */
function* pairs(): Generator<readonly [string, Pair]> {
  const now = 1_800_000_000_000
  for (const state of states()) {
    const { ages, ...rest } = state
    const end = now + rules.idle
    const session: Session = {
      ...rest,
      id: 's',
      replaces: null,
      generation: 3,
      keyId,
      rotatedAt: now - ages[1],
      issuedAt: now - ages[0],
      idleExpiresAt: end,
      expiresAt: end,
      revokedAt: null,
      revokedReason: null,
    }
    const world = new Map([['s', session]])
    const acts = requestsOn('s', state)
    const first = acts.map((act) => tell(world, act, now, rules))
    const after = (one: number, two: number) =>
      `${first[one]?.answer} ${tell(first[one]?.world ?? world, acts[two] as Act, now, rules).answer}`
    for (const [one, act] of acts.entries())
      for (const [two, other] of acts.entries()) {
        if (two < one) continue
        yield [
          `${act.kind} ${other.kind} ${state.winner} ${state.durable} ${after(one, two)} ${after(two, one)}`,
          { state, one, two },
        ]
      }
  }
}

const oneOfEach = () => [...new Map(pairs()).values()]

describe.each(places.map(([kind]) => kind))('on %s', (kind) => {
  let driver: Driver
  beforeAll(async () => {
    driver = await openDriver(kind)
  })
  afterAll(() => driver?.close())

  /** Both at once on these sessions: the answers and the rows must be those of one of the two orders. */
  const check = async (sessions: readonly Session[], acts: readonly [Act, Act]) => {
    const world = new Map(sessions.map((session) => [session.id, session]))
    const at = { node: 0, known: 1 } as const
    const done = await driver.performBoth(acts, [at, { ...at, node: 1 }])
    const after = await driver.world([...world.keys()])
    const order = orderOf(world, acts, { done, known: [1, 1], after })
    if (!order) expect({ sessions, acts, done, after }).toBe('that of one of the two orders')
  }

  const insert = async ({ ages, ...rest }: State) => {
    const now = await driver.now()
    return driver.insert({ ...rest, rotatedAt: now - ages[1], issuedAt: now - ages[0] })
  }

  const chosen = isLong ? [...pairs()].map(([, pair]) => pair) : oneOfEach()
  test(
    `PROTOCOL 1 I1 I10 every kind of pair of requests at once, on every kind of row: ${chosen.length} pairs`,
    async () => {
      for (const { state, one, two } of chosen) {
        const session = await insert(state)
        const requests = requestsOn(session.id, state)
        await check([session], [requests[one] as Act, requests[two] as Act])
      }
    },
    isLong ? 7_200_000 : 120_000,
  )

  test('PROTOCOL 1 I1 I8 every pair of requests at once on an elevation that nothing has confirmed yet', async () => {
    const count = elevationRequests('', '').length
    for (let one = 0; one < count; one += 1)
      for (let two = one; two < count; two += 1) {
        const age = 2 * 3_600 * second
        const old = await insert({ issue: 0, winner: 0, previousWinner: 0, durable: true, ages: [age, age] })
        const now = await driver.now()
        const elevated = await driver.insert({
          generation: 0,
          winner: null,
          previousWinner: null,
          durable: false,
          rotatedAt: now - age,
          issuedAt: now - age,
          replaces: old.id as SessionRow['id'],
        })
        const requests = elevationRequests(old.id, elevated.id)
        await check([old, elevated], [requests[one] as Act, requests[two] as Act])
      }
  }, 120_000)
})
