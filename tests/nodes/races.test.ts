// Two nodes act on one session at once. A lock on its row, held by the test, says who comes first. Without Redis.
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freshDatabase } from '../services/run.ts'
import type { Visitor } from '../support/visitor.ts'
import { copyOf, newVisitor, runVigile, type ServerNode, startMs, startNode } from './node.ts'

let database: string
let db: pg.Client
let locker: pg.Client
let [a, b] = [] as unknown as [ServerNode, ServerNode]
const patience = { timeout: 5_000, interval: 10 }

beforeAll(async () => {
  database = await freshDatabase()
  await runVigile('migrate', { database })
  const connected = async () => {
    const client = new pg.Client({ connectionString: database })
    await client.connect()
    return client
  }
  ;[db, locker] = [await connected(), await connected()]
  ;[a, b] = await Promise.all([startNode({ database }), startNode({ database })])
}, startMs)
afterAll(async () => {
  await Promise.all([a?.stop(), b?.stop(), db?.end(), locker?.end()])
})

let count = 0
/** One browser, as two nodes see it; two hours have passed. */
const twice = async () => {
  count += 1
  const visitor = newVisitor(() => a)
  const { status, body } = await visitor.signUp(`person-${count}@example.com`)
  expect(status).toBe(201)
  const sessionId = body.session.id as string
  const hours = 2 * 3_600_000
  await db.query('update sessions set rotated_at = rotated_at - $1, issued_at = issued_at - $1 where id = $2', [
    hours,
    sessionId,
  ])
  return { sessionId, atA: visitor, atB: copyOf(visitor, () => b), witness: copyOf(visitor, () => b) }
}
const isWaiting = (statements: number) =>
  vi.waitUntil(async () => {
    const text = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    return (await db.query(text)).rowCount === statements
  }, patience)
/** Starts the acts one after the other while the row is locked, and lets them go in that order. */
const inOrder = async <Answers extends unknown[]>(
  sessionId: string,
  ...acts: { [Index in keyof Answers]: () => Promise<Answers[Index]> }
): Promise<Answers> => {
  await locker.query('begin')
  await locker.query('select 1 from sessions where id = $1 for update', [sessionId])
  const answers: Promise<unknown>[] = []
  for (const act of acts) {
    answers.push(act())
    await isWaiting(answers.length)
  }
  await locker.query('rollback')
  return (await Promise.all(answers)) as Answers
}
const signOut = (visitor: Visitor) => visitor.post('/api/auth/logout', {})

test('PROTOCOL 7 TOK-5 H-9 a sign-out at one node comes before a refresh under way at the other: the refresh finds the session ended', async () => {
  const { sessionId, atA, atB, witness } = await twice()
  const [out, refreshed] = await inOrder(
    sessionId,
    () => signOut(atA),
    () => atB.refresh(),
  )
  expect(out.status).toBe(204)
  expect([refreshed.status, refreshed.body.reason]).toEqual([401, 'signed_out'])
  expect(refreshed.setCookies).toEqual([])
  await expect.poll(async () => (await witness.me()).status, patience).toBe(401)
})

test('PROTOCOL 7 TOK-5 H-9 a sign-out at one node comes right after a refresh at the other: the new token is over as well', async () => {
  const { sessionId, atA, atB } = await twice()
  const [refreshed, out] = await inOrder(
    sessionId,
    () => atB.refresh(),
    () => signOut(atA),
  )
  expect([refreshed.status, refreshed.body.rotated, out.status]).toEqual([200, true, 204])
  await expect.poll(async () => (await atB.me()).status, patience).toBe(401)
  expect((await atB.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
})

test('PROTOCOL 2 TOK-3 I5 two nodes rotate one token at once: both answer with the same next token', async () => {
  const { sessionId, atA, atB } = await twice()
  const [one, other] = await inOrder(
    sessionId,
    () => atA.refresh(),
    () => atB.refresh(),
  )
  expect([one.status, other.status]).toEqual([200, 200])
  expect(other.body.fingerprint).toBe(one.body.fingerprint)
  expect(atB.cookie('refresh')).toBe(atA.cookie('refresh'))
  const { rows } = await db.query('select generation, issue from sessions where id = $1', [sessionId])
  expect(rows).toEqual([{ generation: 1, issue: 0 }])
  for (const visitor of [atA, atB]) expect((await visitor.ack()).status).toBe(204)
})
