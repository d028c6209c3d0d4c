// The channel between nodes, over each of its ways, and what happens when a way is cut.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type PostgresServer, startPostgres } from '../../../tests/services/postgres.ts'
import { type RedisServer, startRedis } from '../../../tests/services/redis.ts'
import { freshDatabase, sharedRedisUrl } from '../../../tests/services/run.ts'
import type { Channel } from '../primitives/channel.ts'
import { type Log, silentLog } from '../primitives/log.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { channelSuite, listen } from './channel.suite.ts'
import { createMemoryChannel } from './memory-channel.ts'
import { createPostgresChannel } from './postgres-channel.ts'
import { createRedisChannel } from './redis-channel.ts'

describe('memory', () => channelSuite(() => createMemoryChannel({ log: silentLog }), 'one'))
describe('redis', () => channelSuite(() => createRedisChannel({ url: sharedRedisUrl(), log: silentLog }), 'many'))
describe('postgres', async () => {
  let url = ''
  beforeAll(async () => {
    url = await freshDatabase()
  })
  channelSuite(() => createPostgresChannel({ url, log: silentLog }), 'many')
})

type Server = Pick<RedisServer | PostgresServer, 'url' | 'pause' | 'resume' | 'kill' | 'restart' | 'stop'>

describe.each<[string, () => Promise<Server>, (url: string, log: Log) => Channel]>([
  ['redis', startRedis, (url, log) => createRedisChannel({ url, log })],
  ['postgres', startPostgres, (url, log) => createPostgresChannel({ url, log })],
])('%s goes away', (_, start, create) => {
  let server: Server
  let here: Channel
  let there: Channel
  const warnings: string[] = []
  const log: Log = { ...silentLog, warn: (_fields, message) => warnings.push(message) }
  const bothAlive = () => here.isAlive() && there.isAlive()
  const bothDeaf = () => !here.isAlive() && !there.isAlive()

  beforeAll(async () => {
    server = await start()
    here = create(server.url, log)
    there = create(server.url, silentLog)
    await vi.waitUntil(bothAlive, { timeout: 10_000 })
  })
  afterAll(async () => {
    await Promise.all([here.close(), there.close()])
    await server.stop()
  })

  test('PROTOCOL 11 TOK-6 OPS-10 killed: no memory is trusted, telling fails, and all is forgotten when it is back', async () => {
    await server.kill()
    await expect.poll(bothDeaf).toBe(true)
    await expect(here.publish([{ kind: 'user', id: 'u1' }])).rejects.toThrow(StoreUnavailableError)
    expect(warnings).toHaveLength(1)
    const heard = listen(there)
    await server.restart()
    await expect.poll(bothAlive, { timeout: 10_000 }).toBe(true)
    expect(heard).toEqual([{ kind: 'everything' }])
    await here.publish([{ kind: 'user', id: 'u2' }])
    await expect.poll(() => heard).toEqual([{ kind: 'everything' }, { kind: 'user', id: 'u2' }])
    // However often it tried, one warning an outage.
    expect(warnings).toHaveLength(1)
  })

  test('PROTOCOL 11 TOK-6 frozen: no memory is trusted after 3 s of silence, telling does not hang, and it recovers', async () => {
    const heard = listen(there)
    server.pause()
    // The monotonic clock of this process jumps; nobody waits for 3 s.
    const now = performance.now.bind(performance)
    const jump = vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_100)
    expect(bothDeaf()).toBe(true)
    await expect(here.publish([{ kind: 'user', id: 'u3' }])).rejects.toThrow(StoreUnavailableError)
    server.resume()
    await expect.poll(bothAlive, { timeout: 15_000 }).toBe(true)
    jump.mockRestore()
    expect(heard).toContainEqual({ kind: 'everything' })
  })
})

test('TOK-6 a channel without its server is not alive from the start, and can be closed', async () => {
  for (const channel of [
    createRedisChannel({ url: 'redis://127.0.0.1:1', log: silentLog }),
    createPostgresChannel({ url: 'postgres://127.0.0.1:1/none', log: silentLog }),
  ]) {
    expect(channel.isAlive()).toBe(false)
    await expect(channel.publish([{ kind: 'everything' }])).rejects.toThrow(StoreUnavailableError)
    expect(channel.isAlive()).toBe(false)
    await channel.close()
  }
})
