// A synchronous replica, and a database told not to wait for it (`synchronous_commit = local`), so that rotations are quick:
// what a failover must not lose waits all the same (PROTOCOL.md, "Rules around it").
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { copyOf, newVisitor, type ServerNode, startMs, startNode } from './node.ts'
import { type Pair, startPair } from './pair.ts'

let pair: Pair
let node: ServerNode
const at = () => node
const patience = { timeout: 30_000, interval: 20 }

beforeAll(async () => {
  pair = await startPair()
  await pair.query(`alter database ${new URL(pair.database).pathname.slice(1)} set synchronous_commit = local`)
  await pair.query(`alter system set synchronous_standby_names = 'replica'`)
  await pair.query('select pg_reload_conf()')
  const isSynchronous = `select 1 from pg_stat_replication where sync_state = 'sync'`
  await vi.waitUntil(async () => (await pair.query(isSynchronous)).length === 1, patience)
  node = await startNode({ database: pair.database })
}, startMs)
afterAll(async () => {
  await node?.stop()
  await pair?.stop()
})

let count = 0
const signedUp = async (): Promise<Visitor & { readonly email: string }> => {
  count += 1
  const email = `person-${count}@example.com`
  const visitor = newVisitor(at)
  expect((await visitor.signUp(email)).status).toBe(201)
  return { ...visitor, email }
}
const rotate = async (visitor: Visitor) => {
  const ms = 2 * 3_600_000
  const { body } = await visitor.me()
  await pair.query('update sessions set rotated_at = rotated_at - $1, issued_at = issued_at - $1 where id = $2', [
    ms,
    body.session.id,
  ])
  const reply = await visitor.refresh()
  expect([reply.status, reply.body.rotated]).toEqual([200, true])
}
/** So many commits wait for the replica, those of work in the background beside them. */
const waiting = (commits: number) =>
  vi.waitFor(async () => {
    const waiters = await pair.query(`select query from pg_stat_activity where wait_event = 'SyncRep'`)
    expect(waiters.length).toBeGreaterThanOrEqual(commits)
  }, patience)
const begin = (asked: Promise<Reply>) => {
  const begun = { status: null as number | null, reply: asked }
  asked.then(
    ({ status }) => {
      begun.status = status
    },
    () => {},
  )
  return begun
}
const signOut = (visitor: Visitor) => visitor.post('/api/auth/logout', {})

test(
  'PROTOCOL 8 OPS-11 TOK-5 I11 sign-in, elevation and sign-out survive a failover to a synchronous replica; a rotation waits for nobody, may be lost, and logs nobody out',
  async () => {
    const [leaver, changer, rotator, late] = [await signedUp(), await signedUp(), await signedUp(), await signedUp()]
    const [leaverBefore, changerBefore] = [copyOf(leaver, at), copyOf(changer, at)]
    const comer = newVisitor(at)

    // The replica is silent: what must not be lost is not answered, a rotation is.
    pair.stream.hold()
    await rotate(rotator)
    const left = begin(signOut(leaver))
    const came = begin(comer.signIn(late.email))
    const newPassword = `${goodPassword}-anew`
    const changed = begin(changer.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword }))
    await waiting(3)
    expect([left, came, changed].map(({ status }) => status)).toEqual([null, null, null])
    pair.stream.release()
    expect((await Promise.all([left.reply, came.reply, changed.reply])).map(({ status }) => status)).toEqual([
      204, 200, 200,
    ])

    // Silent again, and then the primary dies.
    pair.stream.hold()
    await rotate(rotator)
    const unfinished = begin(signOut(late))
    await waiting(1)
    await pair.killPrimary()
    expect((await unfinished.reply).status).toBe(503)
    pair.stream.cut()
    await pair.promoteReplica()
    await vi.waitUntil(async () => (await fetch(`${node.url}/health/ready`)).status === 200, patience)

    expect((await leaverBefore.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
    expect((await leaverBefore.me()).status).toBe(401)
    expect((await changerBefore.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'password_changed' })
    for (const visitor of [comer, changer]) {
      expect((await visitor.me()).status).toBe(200)
      expect((await visitor.refresh()).status).toBe(200)
    }
    const cookie = rotator.cookie('refresh')
    expect((await rotator.refresh()).status).toBe(200)
    expect(rotator.cookie('refresh')).toBe(cookie)
    expect(
      await pair.query(`select resource_id from audit_entries where action = 'session:commits-lost'`),
    ).toHaveLength(1)
    // Nobody was told that this one is over; asked again, it is.
    const lateBefore = copyOf(late, at)
    expect((await signOut(late)).status).toBe(204)
    expect((await lateBefore.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
  },
  startMs,
)
