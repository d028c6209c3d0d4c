// A node is killed at a moment that the test chooses: before a commit, after it, with the answer on its way.
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { freshDatabase } from '../services/run.ts'
import type { Reply, Visitor } from '../support/visitor.ts'
import { type Link, openLink } from './link.ts'
import { copyOf, fetchFrom, newVisitor, runVigile, type ServerNode, startMs, startNode } from './node.ts'

let database: string
let db: pg.Client
let locker: pg.Client
let toPostgres: Link
let toDoomed: Link
let doomed: ServerNode
let other: ServerNode
let reached: Pick<ServerNode, 'fetch'>
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
  other = await startNode({ database })
}, startMs)
afterAll(async () => {
  await Promise.all([other?.stop(), db?.end(), locker?.end()])
})
beforeEach(async () => {
  toPostgres = await openLink(Number(new URL(database).port))
  doomed = await startNode({ database: toPostgres.through(database) })
  toDoomed = await openLink(Number(new URL(doomed.url).port))
  reached = { fetch: fetchFrom(`http://127.0.0.1:${toDoomed.port}`) }
}, startMs)
afterEach(async () => {
  await doomed.stop()
  await Promise.all([toDoomed.stop(), toPostgres.stop()])
})

let count = 0
type Person = Visitor & { readonly sessionId: string; readonly email: string }
/** Somebody whose browser reaches the doomed node, and whose next refresh is due to rotate. */
const signedUp = async (): Promise<Person> => {
  count += 1
  const email = `person-${count}@example.com`
  const visitor = newVisitor(() => reached)
  const { status, body } = await visitor.signUp(email)
  expect(status).toBe(201)
  const hours = 2 * 3_600_000
  await db.query('update sessions set rotated_at = rotated_at - $1, issued_at = issued_at - $1 where id = $2', [
    hours,
    body.session.id,
  ])
  return { ...visitor, email, sessionId: body.session.id }
}
const sessionsOf = async ({ email }: Person) => {
  const text = `select generation, issue, winner, revoked_at is not null as revoked from sessions
    where user_id = (select id from users where email = $1)`
  return (await db.query(text, [email])).rows
}
const lock = async (text: string, value: string) => {
  await locker.query('begin')
  await locker.query(`${text} for update`, [value])
}
const isWaiting = () =>
  vi.waitUntil(async () => {
    const text = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    return (await db.query(text)).rowCount === 1
  }, patience)
/** The statement that waits for the lock is done, and the node does not hear of it. */
const doneUnheard = async () => {
  await isWaiting()
  toPostgres.hold()
  await locker.query('rollback')
  await vi.waitUntil(() => toPostgres.held() > 0, patience)
}
/** Whoever waits for its answer gets none; from now on browsers reach the other node. */
const kill = async (answer: Promise<Reply>) => {
  const outcome = answer.then(
    ({ status }) => status,
    () => 'no answer',
  )
  await doomed.kill()
  expect(await outcome).toBe('no answer')
  reached = other
}
const lockSession = ({ sessionId }: Person) => lock('select 1 from sessions where id = $1', sessionId)

test('PROTOCOL 3 I5 killed after a rotation was committed: the other node gives the very token that was lost', async () => {
  const person = await signedUp()
  await lockSession(person)
  const answer = person.refresh()
  await doneUnheard()
  expect(await sessionsOf(person)).toMatchObject([{ generation: 1, issue: 0, winner: null }])
  await kill(answer)
  const { status, body } = await person.refresh()
  expect([status, body.rotated]).toEqual([200, true])
  expect((await person.ack()).status).toBe(204)
  expect(await sessionsOf(person)).toMatchObject([{ generation: 1, issue: 0, winner: 0 }])
})

test('PROTOCOL 3 I5 killed while the answer to a rotation was on its way: the other node gives the same again', async () => {
  const person = await signedUp()
  toDoomed.hold()
  const answer = person.refresh()
  await vi.waitUntil(() => toDoomed.held() > 0, patience)
  await kill(answer)
  expect(await sessionsOf(person)).toMatchObject([{ generation: 1, issue: 0 }])
  expect((await person.refresh()).status).toBe(200)
  expect((await person.ack()).status).toBe(204)
  expect(await sessionsOf(person)).toMatchObject([{ generation: 1, issue: 0, winner: 0 }])
})

test('PROTOCOL 3 I11 killed before a sign-out was committed: it did not happen and was not said to; asked again, it does', async () => {
  const person = await signedUp()
  const thief = copyOf(person, () => other)
  await lockSession(person)
  const answer = person.post('/api/auth/logout', {})
  await doneUnheard()
  await kill(answer)
  expect((await person.refresh()).status).toBe(200)
  expect(await sessionsOf(person)).toMatchObject([{ revoked: false }])
  expect((await person.post('/api/auth/logout', {})).status).toBe(204)
  expect((await thief.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
})

test('PROTOCOL 3 killed before a sign-in was committed: nothing of it is left, and it can be done elsewhere', async () => {
  const person = await signedUp()
  await lock('select 1 from users where email = $1', person.email)
  const late = newVisitor(() => reached)
  const answer = late.signIn(person.email)
  await doneUnheard()
  await kill(answer)
  expect(await sessionsOf(person)).toHaveLength(1)
  expect((await late.signIn(person.email)).status).toBe(200)
  expect(await sessionsOf(person)).toHaveLength(2)
})
