// The primary is killed and an asynchronous replica takes over, without the last commits (PROTOCOL.md, row 3).
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Visitor } from '../support/visitor.ts'
import { copyOf, newVisitor, type ServerNode, startMs, startNode } from './node.ts'
import { type Pair, startPair } from './pair.ts'

type Person = Visitor & { readonly sessionId: string; readonly email: string }

let pair: Pair
let node: ServerNode
const hour = 3_600_000
const down: string[] = []
const at = () => node

afterAll(async () => {
  await node?.stop()
  await pair?.stop()
})

let count = 0
const signedUp = async (): Promise<Person> => {
  count += 1
  const email = `person-${count}@example.com`
  const visitor = newVisitor(at)
  const { status, body } = await visitor.signUp(email)
  expect(status).toBe(201)
  return { ...visitor, email, sessionId: body.session.id }
}
const passTime = (person: Person, ms = 2 * hour) =>
  pair.query('update sessions set rotated_at = rotated_at - $1, issued_at = issued_at - $1 where id = $2', [
    ms,
    person.sessionId,
  ])
const rotate = async (person: Person, lands = true) => {
  await passTime(person)
  const { status, body } = await person.refresh({}, { lands })
  expect([status, body.rotated]).toEqual([200, true])
  return body.fingerprint as string
}
const acknowledge = async (person: Person, settled?: string) =>
  expect((await person.ack(settled === undefined ? {} : { settled })).status).toBe(204)
const row = async ({ sessionId }: Person) =>
  (
    await pair.query<{ generation: number; issue: number; winner: number | null; durable: boolean; revoked: boolean }>(
      'select generation, issue, winner, durable, revoked_at is not null as revoked from sessions where id = $1',
      [sessionId],
    )
  )[0]

/** What happens while the replica still follows, then what it never hears of, then what is left and what it does. */
type Story = {
  readonly name: string
  readonly before?: (person: Person) => Promise<unknown>
  readonly lost: (person: Person) => Promise<unknown>
  readonly left: Partial<NonNullable<Awaited<ReturnType<typeof row>>>>
  readonly repaired: boolean
}
const stories: readonly Story[] = [
  { name: 'a rotation', lost: rotate, left: { generation: 0 }, repaired: true },
  {
    name: 'a rotation whose answer was lost as well',
    lost: (person) => rotate(person, false),
    left: { generation: 0 },
    repaired: false,
  },
  {
    name: 'a rotation and its ack',
    lost: async (person) => acknowledge(person, await rotate(person)),
    left: { generation: 0 },
    repaired: true,
  },
  {
    name: 'three rotations',
    lost: async (person) => {
      for (let times = 0; times < 3; times += 1) await acknowledge(person, await rotate(person))
    },
    left: { generation: 0 },
    repaired: true,
  },
  {
    name: 'an ack',
    before: rotate,
    lost: (person) => acknowledge(person),
    left: { generation: 1, winner: null },
    repaired: false,
  },
  {
    name: 'that a token is durable',
    before: async (person) => {
      await rotate(person)
      await acknowledge(person)
    },
    lost: async (person) => acknowledge(person, (await person.refresh()).body.fingerprint),
    left: { generation: 1, winner: 0, durable: false },
    repaired: false,
  },
  {
    name: 'a sibling',
    before: async (person) => {
      await rotate(person, false)
      await passTime(person, 60_000)
    },
    lost: async (person) => expect((await person.refresh()).body.rotated).toBe(true),
    left: { generation: 1, issue: 0, winner: null },
    repaired: true,
  },
  {
    name: 'a sibling and its ack',
    before: async (person) => {
      await rotate(person, false)
      await passTime(person, 60_000)
    },
    lost: async (person) => {
      expect((await person.refresh()).body.rotated).toBe(true)
      await acknowledge(person)
    },
    left: { generation: 1, issue: 0, winner: null },
    repaired: true,
  },
]
const people = new Map<string, Person>()
const personOf = (name: string) => people.get(name) as Person
let bystander: Person
let signedInLate: Visitor
let signedUpLate: Person
let signedOut: Person
let stolen: Visitor

beforeAll(async () => {
  pair = await startPair()
  node = await startNode({ database: pair.database })
  for (const { name, before } of stories) {
    const person = await signedUp()
    people.set(name, person)
    await before?.(person)
  }
  bystander = await signedUp()
  signedOut = await signedUp()
  stolen = copyOf(signedOut, at)
  await pair.caughtUp()
  pair.stream.cut()

  for (const { name, lost } of stories) await lost(personOf(name))
  signedInLate = newVisitor(at)
  expect((await signedInLate.signIn(bystander.email)).status).toBe(200)
  signedUpLate = await signedUp()
  expect((await signedOut.post('/api/auth/logout', {})).status).toBe(204)
  await pair.killPrimary()

  // Nobody is there to ask: no answer is a 401.
  for (const person of people.values()) {
    const cookies = person.jar.snapshot()
    for (const ask of [person.refresh, person.me, person.ack]) down.push(`${(await ask()).status}`)
    expect(person.jar.snapshot()).toEqual(cookies)
  }
  await pair.promoteReplica()
  await vi.waitUntil(async () => (await fetch(`${node.url}/health/ready`)).status === 200, {
    timeout: 30_000,
    interval: 100,
  })
}, startMs)

const alarms = async (person: Person) =>
  (
    await pair.query<{ action: string }>(
      `select action from audit_entries where resource_id = $1 and action in ('session:commits-lost', 'session:reuse')`,
      [person.sessionId],
    )
  ).map(({ action }) => action)

test('S-90 while nobody is primary what needs it is answered 503, never 401, and no cookie is touched', () => {
  expect(down.length).toBe(3 * stories.length)
  expect(new Set(down)).not.toContain('401')
  expect(new Set(down)).toContain('503')
})

test.each(stories)(
  'PROTOCOL 8 I5 OPS-11 $name is lost: no sign-in, and the session goes on',
  async ({ name, left, repaired }) => {
    const person = personOf(name)
    expect(await row(person)).toMatchObject({ ...left, revoked: false })
    expect((await person.me()).status).toBe(200)
    const cookie = person.cookie('refresh')
    expect((await person.refresh()).status).toBe(200)
    // What the browser holds is right: it gets no other one.
    expect(person.cookie('refresh')).toBe(cookie)
    expect(await alarms(person)).toEqual(repaired ? ['session:commits-lost'] : [])
    // The log comes through a pipe, a moment later.
    await expect
      .poll(() => node.output().includes(`"event":"commits_lost","session":"${person.sessionId}"`))
      .toBe(repaired)
    // And as ever after: it rotates, confirms, refreshes, and signs out for good.
    await rotate(person)
    await acknowledge(person)
    expect((await person.refresh()).status).toBe(200)
    const thief = copyOf(person, at)
    expect((await person.post('/api/auth/logout', {})).status).toBe(204)
    expect((await thief.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
  },
)

test('PROTOCOL 8 OPS-11 a lost sign-in or sign-up is over, for a reason that nobody knows; the account of the one is still there', async () => {
  for (const visitor of [signedInLate, signedUpLate]) {
    expect((await visitor.me()).status).toBe(401)
    const { status, body } = await visitor.refresh()
    expect([status, body.code, body.reason]).toEqual([401, 'session_ended', 'unknown'])
  }
  expect((await signedInLate.signIn(bystander.email)).status).toBe(200)
  expect((await signedUpLate.signUp(signedUpLate.email)).status).toBe(201)
})

test('PROTOCOL 8 OPS-11 what an asynchronous replica can lose is said in the documentation: a sign-out comes back, and can be ended again', async () => {
  expect((await stolen.refresh()).status).toBe(200)
  expect((await stolen.post('/api/auth/logout', {})).status).toBe(204)
})

test('who did nothing meanwhile noticed nothing', async () => {
  expect((await bystander.me()).status).toBe(200)
  expect((await bystander.refresh()).status).toBe(200)
  expect(await alarms(bystander)).toEqual([])
})
