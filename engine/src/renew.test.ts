// Credentials change under a running engine: connections that are made from then on use the new ones (OPS-2).
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { startRedis } from '../../tests/services/redis.ts'
import { freshDatabase } from '../../tests/services/run.ts'
import { createVigile } from './engine.ts'
import { silentLog } from './primitives/log.ts'

const patience = { timeout: 30_000 }
const secrets = 'kVq3nT8xWm2rZp6yLc9dHs4jBf7gEa1uNo5iXw0vQtRbUeJhYk-test-secret-01'

test('OPS-2 users of PostgreSQL and Redis that are replaced while it runs: the old ones are locked out, the engine is not', async () => {
  const url = await freshDatabase()
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  const redis = await startRedis()
  const mark = `renew_${Math.random().toString(36).slice(2, 10)}`
  const as = (user: string, address: string) => Object.assign(new URL(address), { username: user, password: 'x' }).href
  const enter = async (user: string) => {
    await admin.query(`create role ${user} login superuser`)
    await redis.say(`ACL SETUSER ${user} on >x ~* &* +@all`)
    return { database: as(user, url), redis: as(user, redis.url) }
  }
  const lockOut = async (user: string) => {
    await admin.query(`alter role ${user} nologin`)
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user])
    expect(await redis.say(`ACL DELUSER ${user}`)).toBe(':1\r\n')
  }
  const users = async () => {
    const sql = 'select distinct usename from pg_stat_activity where usename like $1'
    const { rows } = await admin.query<{ usename: string }>(sql, [`${mark}_%`])
    const ofRedis = (await redis.say('CLIENT LIST')).matchAll(/ name=vigile .* user=(\w+)/g)
    return [...rows.map(({ usename }) => usename), ...new Set([...ofRedis].map(([, user]) => user))]
  }
  const worksAs = (user: string) =>
    vi.waitFor(async () => {
      expect((await vigile.readiness()).status).toBe('ok')
      expect(await users()).toEqual([user, user])
    }, patience)

  const before = await enter(`${mark}_a`)
  const vigile = createVigile({ publicUrl: 'http://localhost:3000', secrets, log: silentLog, ...before })
  await vigile.migrate()
  await vigile.ready()
  await worksAs(`${mark}_a`)

  vigile.renew(await enter(`${mark}_b`))
  await lockOut(`${mark}_a`)
  await worksAs(`${mark}_b`)

  await vigile.close()
  await admin.end()
  await redis.stop()
}, 120_000)
