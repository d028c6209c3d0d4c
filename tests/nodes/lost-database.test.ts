// The database's data is gone, and its tables are there again (SPEC section 17, decisions/0030): real servers, which go on running.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { freshDatabase } from '../services/run.ts'
import type { Reply } from '../support/visitor.ts'
import { openLink } from './link.ts'
import { newVisitor, runVigile, type ServerNode, startMs, startNode } from './node.ts'

const patience = { timeout: 30_000, interval: 100 }
const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const unavailable = ({ status, body, headers }: Reply) => [status, body.code, headers.has('retry-after')]
const saysLater = [503, 'unavailable', true]

test(
  'OPS-8 OPS-11 S-90 H-12 I3 the data is lost and its tables are made anew: two nodes say 503 and end nobody’s session; restored, all go on without a restart',
  async () => {
    const direct = await freshDatabase()
    const link = await openLink(Number(new URL(direct).port))
    cleanUps.push(link.stop)
    const folder: Folder = await temporaryFolder('backups')
    cleanUps.push(folder.remove)
    const environment = { VIGILE_BACKUP_TO: folder.path, VIGILE_BACKUP_KEY: 'plain', VIGILE_BACKUP_SCHEDULE: 'off' }
    const byHand = { database: direct, environment }
    expect(await runVigile('migrate', byHand)).toContain('The database is new and empty')
    const nodes: ServerNode[] = await Promise.all(
      [0, 1].map(() => startNode({ database: link.through(direct), environment })),
    )
    for (const node of nodes) cleanUps.push(() => node.stop())
    const visitors = nodes.map((node) => newVisitor(() => node))
    const leaver = newVisitor(() => nodes[0] as ServerNode)
    const everyone = [...visitors, leaver]
    for (const [index, visitor] of everyone.entries())
      expect((await visitor.signUp(`person-${index}@example.com`)).status).toBe(201)
    await runVigile('backup', byHand)
    const readiness = () =>
      Promise.all(nodes.map(async (node) => (await newVisitor(() => node).get('/health/ready')).body))

    const db = new pg.Client({ connectionString: direct })
    await db.connect()
    await db.query('drop schema public cascade; create schema public')
    await db.end()
    for (const visitor of visitors) expect(unavailable(await visitor.refresh())).toEqual(saysLater)
    await vi.waitFor(async () => {
      for (const state of await readiness()) {
        expect(state).toMatchObject({ status: 'down', parts: { migrations: 'down', sameDatabase: 'down' } })
        expect(state.todo).toContain('vigile restore')
      }
    }, patience)

    // What everybody would do by the runbook, and compose does by itself.
    await expect(runVigile('migrate', byHand)).rejects.toThrow('holds a backup of this site')
    await runVigile('migrate --new', byHand)
    await vi.waitFor(async () => {
      for (const state of await readiness()) {
        expect(state).toMatchObject({ status: 'down', parts: { migrations: 'ok', sameDatabase: 'down' } })
        expect(state.todo).toContain('vigile restore')
      }
    }, patience)
    const cookies = everyone.map((visitor) => visitor.jar.all())
    // For longer than anything is held in memory.
    await expect
      .poll(async () => (await Promise.all(visitors.map((visitor) => visitor.me()))).map(unavailable), patience)
      .toEqual([saysLater, saysLater])
    for (const visitor of visitors) {
      const acts = [visitor.refresh(), visitor.ack(), visitor.me(), visitor.get('/api/auth/forward')]
      for (const reply of await Promise.all(acts)) expect(unavailable(reply)).toEqual(saysLater)
    }
    for (const path of ['/api/auth/logout', '/api/auth/logout-all'])
      expect(unavailable(await leaver.post(path, {}))).toEqual(saysLater)
    expect(everyone.map((visitor) => visitor.jar.all())).toEqual(cookies)
    for (const node of nodes) await expect.poll(() => node.output(), patience).toContain('"alert":"audit_head_back"')

    // No node reaches it meanwhile: a restore waits for the end of those that work on it.
    link.cut()
    await runVigile('restore --replace --yes --keep-sessions', byHand)
    link.mend()
    await vi.waitFor(async () => {
      for (const state of await readiness())
        expect(state).toMatchObject({ status: 'ok', parts: { sameDatabase: 'ok', writes: 'ok' } })
    }, patience)
    for (const visitor of visitors) {
      expect((await visitor.refresh()).status).toBe(200)
      expect((await visitor.me()).status).toBe(200)
    }
    expect((await leaver.post('/api/auth/logout', {})).status).toBe(204)
    expect((await leaver.refresh()).status).toBe(401)
  },
  startMs + 200_000,
)

test(
  'OPS-8 S-90 the embedded file is gone: the server that starts makes none in its place, and with the backup back people go on',
  async () => {
    const folder: Folder = await temporaryFolder('lost')
    cleanUps.push(folder.remove)
    const file = join(folder.path, 'vigile.db')
    const settings = {
      database: `file:${file}`,
      environment: {
        VIGILE_BACKUP_TO: join(folder.path, 'backups'),
        VIGILE_BACKUP_KEY: 'plain',
        VIGILE_BACKUP_SCHEDULE: 'off',
      },
    }
    let node = await startNode(settings)
    cleanUps.push(() => node.stop())
    const visitor = newVisitor(() => node)
    expect((await visitor.signUp('ada@example.com')).status).toBe(201)
    await runVigile('backup', settings)
    await node.stop()
    for (const rest of ['', '-wal', '-shm']) await rm(`${file}${rest}`, { force: true })

    // Twice: what the first look left behind is no database either.
    for (const _ of [1, 2]) await expect(runVigile('start', settings)).rejects.toThrow('vigile restore')
    await expect(runVigile('migrate', settings)).rejects.toThrow('holds a backup of this site')
    await runVigile('restore --keep-sessions', settings)
    node = await startNode(settings)
    expect((await visitor.refresh()).status).toBe(200)
  },
  startMs + 100_000,
)
