// Nodes behind a real PgBouncer in transaction mode (OPS-10).
import { createVouching } from '@vigile/engine'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createFolderPlace } from '../../server/src/backup/folder-place.ts'
import { holdTarget, restoreBackup } from '../../server/src/backup/restore-backup.ts'
import { takeBackup } from '../../server/src/backup/take-backup.ts'
import { copyOf, newVisitor, runVigile, type ServerNode, startNode } from '../nodes/node.ts'
import { type PgBouncer, startPgBouncer } from '../services/pgbouncer.ts'
import { temporaryFolder } from '../services/place.ts'
import { freshDatabase } from '../services/run.ts'
import type { Visitor } from '../support/visitor.ts'
import { ask } from './kept.ts'

const people = 12

let straight: string
let pooler: PgBouncer
beforeAll(async () => {
  straight = await freshDatabase()
  // Far fewer than the nodes' own pools: a statement finds itself on another connection than the one before.
  pooler = await startPgBouncer(straight, 3)
}, 300_000)
afterAll(() => pooler?.stop())

test('OPS-10 TOK-5 two nodes behind PgBouncer: whoever signs in stays in, whoever is signed out is out on the other at once', async () => {
  const database = pooler.through(straight)
  const environment = { VIGILE_POOL_PREPARE: 'off', VIGILE_LISTEN_URL: straight }
  await runVigile('migrate', { database, environment })
  const nodes: ServerNode[] = await Promise.all([
    startNode({ database, environment }),
    startNode({ database, environment }),
  ])
  try {
    let turn = 0
    const next = () => nodes[turn++ % nodes.length] as ServerNode
    const visitors = Array.from({ length: people }, () => newVisitor(next))
    const made = await Promise.all(visitors.map((visitor, index) => visitor.signUp(`person-${index}@example.com`)))
    expect(made.map(({ status }) => status)).toEqual(visitors.map(() => 201))
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(visitors.flatMap((visitor) => [visitor.refresh(), visitor.me(), visitor.me()]))
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    }
    const [leaver] = visitors as [Visitor]
    const copy = copyOf(leaver, next)
    for (const _ of nodes) expect((await copy.me()).status).toBe(200)
    expect((await leaver.post('/api/auth/logout-all', {})).status).toBe(204)
    await vi.waitFor(
      async () => {
        for (const _ of nodes) expect((await copy.me()).status).toBe(401)
      },
      { timeout: 20_000 },
    )
    const [row] = await ask(
      straight,
      `select count(*) as count from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
       and application_name = 'vigile'`,
    )
    expect(Number(row?.count)).toBeLessThanOrEqual(3)
    expect(await holdTarget({ kind: 'postgres', url: straight })).toBe('in_use')
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}, 300_000)

test('OPS-8 OPS-10 once the nodes are stopped a backup is restored, although PgBouncer keeps their connections', async () => {
  const folder = await temporaryFolder('backups')
  try {
    const database = { kind: 'postgres', url: straight } as const
    const [place, key] = [createFolderPlace(folder.path), { recipient: null, identity: null }]
    const manifest = await takeBackup({ database, place, key, vouching: createVouching('v'.repeat(64)) })
    await vi.waitFor(async () => expect(await holdTarget(database)).not.toBe('in_use'), {
      timeout: 60_000,
      interval: 500,
    })
    const kept = `select pid from pg_stat_activity where datname = current_database() and application_name = 'vigile'`
    expect((await ask(straight, kept)).length).toBeGreaterThan(0)
    const finish = async () => {}
    await restoreBackup({ place, manifest, key, target: database, replace: true, keepSessions: false, finish })
    // Nor does a node that hangs go on where it was.
    expect(await ask(straight, kept)).toEqual([])
    expect(await ask(straight, 'select id from users')).toHaveLength(people)
  } finally {
    await folder.remove()
  }
}, 300_000)

test('OPS-10 without the setting the program says which one is missing', async () => {
  await expect(runVigile('users list', { database: pooler.through(straight) })).rejects.toThrow(
    'VIGILE_POOL_PREPARE=off',
  )
}, 120_000)
