// The database comes back from a backup (PROTOCOL.md, row 3, and "Rules around it"): real servers, killed and started on it.
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { runPostgresProgram } from '../services/postgres.ts'
import { freshDatabase } from '../services/run.ts'
import { goodPassword } from '../support/visitor.ts'
import type { Ledger } from './crowd.ts'
import { postgresLedger, sqliteLedger } from './ledgers.ts'
import { copyOf, newVisitor, runVigile, type ServerNode, startNode } from './node.ts'

type Kept = {
  readonly database: string
  readonly ledger: Ledger
  backUp(): Promise<void>
  /** The address of the database as it was. */
  restore(): Promise<string>
}

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const embedded = async (): Promise<Kept> => {
  const folder: Folder = await temporaryFolder('restored')
  cleanUps.push(folder.remove)
  const [file, backup] = [join(folder.path, 'vigile.db'), join(folder.path, 'backup.db')]
  return {
    database: `file:${file}`,
    ledger: sqliteLedger(file),
    backUp: async () => {
      const database = new DatabaseSync(file)
      database.exec(`vacuum into '${backup}'`)
      database.close()
    },
    restore: async () => {
      for (const rest of ['-wal', '-shm']) await rm(`${file}${rest}`, { force: true })
      await copyFile(backup, file)
      return `file:${file}`
    },
  }
}

const postgres = async (): Promise<Kept> => {
  const database = await freshDatabase()
  await runVigile('migrate', { database })
  const folder: Folder = await temporaryFolder('restored')
  cleanUps.push(folder.remove)
  const backup = join(folder.path, 'backup')
  const db = new pg.Client({ connectionString: database })
  await db.connect()
  cleanUps.push(() => db.end())
  return {
    database,
    ledger: postgresLedger(db),
    backUp: async () => void (await runPostgresProgram('pg_dump', ['-Fc', '-d', database, '-f', backup])),
    restore: async () => {
      const anew = await freshDatabase()
      await runPostgresProgram('pg_restore', ['-d', anew, '--exit-on-error', backup])
      return anew
    },
  }
}

describe.each([
  ['embedded', embedded],
  ['PostgreSQL', postgres],
])('on %s', (_, keep) => {
  test('PROTOCOL 8 H-10 S-38 a backup is restored: who went on meanwhile goes on, what was ended meanwhile is alive until everyone’s sessions are ended', async () => {
    const kept = await keep()
    let node: ServerNode = await startNode({ database: kept.database })
    cleanUps.push(() => node.stop())
    const at = () => node
    const signedUp = async (name: string) => {
      const visitor = newVisitor(at)
      expect((await visitor.signUp(`${name}@example.com`)).status).toBe(201)
      return visitor
    }
    const [rotator, leaver, idler] = [await signedUp('rotator'), await signedUp('leaver'), await signedUp('idler')]
    const thief = copyOf(leaver, at)
    await kept.ledger.passTime(2)
    await kept.backUp()

    // Two generations further, as the browser knows and the backup does not.
    for (const _ of [1, 2]) {
      const { status, body } = await rotator.refresh()
      expect([status, body.rotated]).toEqual([200, true])
      expect((await rotator.ack()).status).toBe(204)
      await kept.ledger.passTime(2)
    }
    expect((await leaver.post('/api/auth/logout', {})).status).toBe(204)
    const late = await signedUp('late')
    await node.kill()

    const database = await kept.restore()
    node = await startNode({ database })
    const cookie = rotator.cookie('refresh')
    for (const visitor of [rotator, idler]) {
      expect((await visitor.me()).status).toBe(200)
      expect((await visitor.refresh()).status).toBe(200)
    }
    expect(rotator.cookie('refresh')).toBe(cookie)
    await expect.poll(() => node.output()).toContain('"event":"commits_lost"')
    expect((await late.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'unknown' })
    // The backup has never heard of the sign-out: hence the next step, which the documentation tells.
    expect((await thief.refresh()).status).toBe(200)

    await runVigile('sessions revoke --everyone --yes', { database })
    for (const visitor of [rotator, idler, thief]) {
      expect((await visitor.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'ended_by_operator' })
      await expect.poll(async () => (await visitor.me()).status, { timeout: 5_000 }).toBe(401)
    }
    expect((await rotator.signIn('rotator@example.com', goodPassword)).status).toBe(200)
    expect((await rotator.me()).status).toBe(200)
  }, 300_000)
})
