// The previous release and this one on one database: an upgrade node by node, and the way back (OPS-9).
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { postgresLedger } from '../nodes/ledgers.ts'
import { type NodeSettings, newVisitor, runVigile, type ServerNode, startMs, startNode } from '../nodes/node.ts'
import { freshDatabase } from '../services/run.ts'
import { hasPreviousRelease, type PreviousRelease, previousRelease } from './previous-release.ts'

const patience = { timeout: 30_000, interval: 100 }

describe.skipIf(!hasPreviousRelease())('OPS-9 the previous release and this one', () => {
  let previous: PreviousRelease
  let db: pg.Client
  let now: NodeSettings
  let before: NodeSettings
  let nodes: { old: ServerNode; new: ServerNode }

  beforeAll(async () => {
    previous = await previousRelease()
    now = { database: await freshDatabase() }
    before = { ...now, program: previous.program }
    db = new pg.Client({ connectionString: now.database })
    await db.connect()
    await runVigile('migrate', before)
    const old = await startNode(before)
    nodes = { old, new: old }
  }, startMs)
  afterAll(async () => {
    for (const node of new Set(Object.values(nodes ?? {}))) await node.stop()
    await db?.end()
    await previous?.remove()
  })

  test('OPS-9 one after the other, both at once, and back: nobody is logged out, who signs out is out on both', async () => {
    const ledger = postgresLedger(db)
    let at: 'old' | 'new' = 'old'
    const enter = async (name: string) => {
      const visitor = newVisitor(() => nodes[at])
      expect((await visitor.signUp(`${name}@example.com`)).status).toBe(201)
      return visitor
    }
    const goesOn = async (visitor: ReturnType<typeof newVisitor>) => {
      await ledger.passTime(2)
      const { status, body } = await visitor.refresh()
      expect([at, status, body.rotated]).toEqual([at, 200, true])
      expect((await visitor.ack()).status).toBe(204)
      expect((await visitor.me()).status).toBe(200)
    }
    const from = { old: await enter('from-before'), new: newVisitor(() => nodes[at]) }

    // The schema first, while the previous release is at work on it.
    await runVigile('migrate', now)
    await goesOn(from.old)
    nodes = { ...nodes, new: await startNode(now) }
    at = 'new'
    from.new = await enter('from-after')

    // A load balancer sends each to either.
    for (at of ['new', 'old', 'new', 'old'] as const) for (const visitor of Object.values(from)) await goesOn(visitor)
    const leaver = { old: await enter('leaver'), new: newVisitor(() => nodes[at]) }
    at = 'new'
    leaver.new = await enter('other-leaver')
    for (const [left, other] of [
      ['old', 'new'],
      ['new', 'old'],
    ] as const) {
      at = left
      const thief = newVisitor(() => nodes[other])
      thief.jar.restore(leaver[left].jar.snapshot())
      expect((await thief.me()).status).toBe(200)
      expect((await leaver[left].post('/api/auth/logout', {})).status).toBe(204)
      await vi.waitFor(async () => expect((await thief.me()).status).toBe(401), patience)
      expect((await thief.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
      at = other
      const email = left === 'old' ? 'leaver@example.com' : 'other-leaver@example.com'
      expect((await leaver[left].signIn(email)).status).toBe(200)
    }

    // Back: a new process of the previous release, on the schema of this one.
    await Promise.all([nodes.old.stop(), nodes.new.stop()])
    const back = await startNode(before)
    nodes = { old: back, new: back }
    expect((await fetch(`${back.url}/health/ready`)).status).toBe(200)
    for (const visitor of [...Object.values(from), ...Object.values(leaver)]) await goesOn(visitor)
    await enter('afterwards')
  }, 300_000)
})
