// Whatever call of the database fails, and the commit itself: nobody is told that something was done which was not (I11).
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { places } from '../stores/samples.suite.ts'
import { runsOf } from './long-runs.suite.ts'
import { type Bend, type Driver, macKeys, openDriver, rulesOf } from './protocol-driver.suite.ts'
import { type Act, isSame, tell, type World } from './protocol-model.suite.ts'

const keyId = macKeys[0]?.id as string
const here = { node: 0, known: 1 } as const

/** The call of that number fails, before it is made or after; a commit is a call too. */
type Failure = { readonly call: number; readonly isDone: boolean }

const failing = ({ call, isDone }: Failure) => {
  let calls = 0
  const made = { failed: false }
  const pass = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const isThis = calls === call
    calls += 1
    if (!isThis) return work()
    made.failed = true
    if (isDone) await work()
    throw new StoreUnavailableError('the database is away')
  }
  /** Every function of a store, each of its calls counted. */
  const counted = <Store extends object>(store: Store): Store =>
    Object.fromEntries(
      Object.entries(store).map(([name, method]) => [
        name,
        (...given: unknown[]) => pass(() => (method as (...given: unknown[]) => Promise<unknown>)(...given)),
      ]),
    ) as Store
  const bend: Bend = (deps) => ({
    ...deps,
    sessions: counted(deps.sessions),
    audit: counted(deps.audit),
    transact: (work) =>
      pass(() =>
        deps.transact(({ accounts, sessions, audit }) =>
          work({ accounts: counted(accounts), sessions: counted(sessions), audit: counted(audit) }),
        ),
      ),
  })
  return { bend, made }
}

const states = fc.record({
  issue: fc.constantFrom(0, 1),
  winner: fc.constantFrom(null, 0),
  durable: fc.boolean(),
  age: fc.constantFrom(1_000, 30_000, 90_000, 7_200_000),
  isElevated: fc.boolean(),
})
const requests = fc.record({
  kind: fc.constantFrom('refresh', 'refresh', 'ack', 'cookie', 'sign-out', 'sign-in'),
  g: fc.constantFrom(1, 2, 3, 3, 3, 4),
  i: fc.constantFrom(0, 0, 1),
  retry: fc.boolean(),
  settled: fc.boolean(),
})
const failures = fc.record({ call: fc.nat(7), isDone: fc.boolean() })

describe.each(places.map(([kind]) => kind))('on %s', (kind) => {
  let driver: Driver
  beforeAll(async () => {
    driver = await openDriver(kind)
  })
  afterAll(() => driver?.close())

  /** A session in that state; one that was elevated, and its forerunner, where it says so. */
  const begin = async ({
    age,
    isElevated,
    winner,
    durable,
    ...state
  }: typeof states extends fc.Arbitrary<infer State> ? State : never) => {
    const now = await driver.now()
    const ages = { rotatedAt: now - age, issuedAt: now - age }
    const before = isElevated ? await driver.insert({ durable: true }) : null
    // Who is elevated has proven nothing yet, so has not turned either.
    const proof = isElevated
      ? { generation: 0, previousWinner: null, winner: null, durable: false }
      : { winner, durable: durable && winner !== null }
    const session = await driver.insert({ ...state, ...ages, ...proof, replaces: (before?.id ?? null) as never })
    const world: World = new Map([...(before ? [before] : []), session].map((each) => [each.id, each]))
    return { sid: session.id, world }
  }

  const { runs, patience } = runsOf(150)
  test(
    'I11 I1 whatever fails, what is answered was done, and what was not done is a fault',
    async () => {
      let faults = 0
      await fc.assert(
        fc.asyncProperty(states, requests, failures, async (state, { kind, g, i, retry, settled }, failure) => {
          const { sid, world } = await begin(state)
          const token = { sid, g: state.isElevated ? Math.max(0, g - 3) : g, i, keyId }
          const act: Act =
            kind === 'sign-out'
              ? { kind, sid }
              : kind === 'sign-in'
                ? { kind, held: [token], id: '' }
                : kind === 'refresh'
                  ? { kind, token, retry, settled }
                  : { kind: kind as 'ack' | 'cookie', token, settled }
          const { bend, made } = failing(failure)
          const done = await driver.perform(act, here, { bend }).catch((error: unknown) => {
            expect(error).toBeInstanceOf(StoreUnavailableError)
            return null
          })
          const after = await driver.world([...world.keys()])
          if (done === null || (act.kind === 'cookie' && made.failed)) {
            faults += 1
            // Not known whether it was done; but it was done whole, or not at all.
            if (isSame(after, world)) return
            expect(failure.isDone).toBe(true)
            const ended = [...after.values()].filter(({ revokedAt }) => revokedAt !== null).length
            if (act.kind.startsWith('sign')) expect(ended).toBe(after.size)
            else if (world.get(sid)?.replaces) expect(ended).toBe(after.get(sid)?.replaces === null ? 1 : 0)
            return
          }
          const told = tell(world, 'id' in act ? { ...act, id: done.answer } : act, done.now, rulesOf(1))
          expect(done.answer).toBe(told.answer)
          expect(after).toEqual(new Map([...told.world].filter(([id]) => world.has(id))))
        }),
        runs,
      )
      expect(faults).toBeGreaterThan(0)
    },
    patience,
  )
})
