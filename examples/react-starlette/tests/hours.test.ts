// The whole of it as people start it, without a browser: sign in at Vigile, work with the API in Python.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { fetchFrom, runVigile } from '../../../tests/nodes/node.ts'
import { type Folder, temporaryFolder } from '../../../tests/services/place.ts'
import { type RedisServer, startRedis } from '../../../tests/services/redis.ts'
import { freshDatabase } from '../../../tests/services/run.ts'
import { type Example, startExample } from '../../../tests/support/example.ts'
import { testSecret } from '../../../tests/support/site.ts'
import { createVisitor, type Visitor } from '../../../tests/support/visitor.ts'
import { movedTime } from './python-api.ts'

const minute = 60_000

/** The id of the key that signed it. */
const keyOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()).kid

/** A person who holds the access token that the last answer gave, as a page does. */
const createPerson = (hours: Example, now: () => number) => {
  const visitor = createVisitor({
    vigile: () => ({ fetch: fetchFrom(hours.url) }),
    publicUrl: hours.url,
    now,
    address: '',
    app: 'hours',
  })
  let token = ''
  const keep = async (answer: ReturnType<Visitor['refresh']>) => {
    const { status, body } = await answer
    if (body?.accessToken) token = body.accessToken
    return status
  }
  const api = (path: string, method = 'GET', body?: object) =>
    fetch(hours.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  return {
    signUp: (email: string) => keep(visitor.signUp(email)),
    refresh: () => keep(visitor.refresh()),
    signOut: () => visitor.post('/api/auth/logout', {}).then(({ status }) => status),
    token: () => token,
    hold: (other: string) => {
      token = other
    },
    api,
    status: (path: string) => api(path).then(({ status }) => status),
    cookies: () => visitor.jar.all(),
  }
}

describe.each([
  ['the embedded store', false],
  ['PostgreSQL and Redis', true],
])('SYS-E on %s', (_, services) => {
  let hours: Example
  let folder: Folder
  let stores: Record<string, string>
  let redis: RedisServer | undefined
  let moved = 0
  const move = (ms: number) => {
    moved += ms
    hours.moveClock(ms)
  }
  const now = () => Date.now() + moved
  let ada: ReturnType<typeof createPerson>
  beforeAll(async () => {
    folder = await temporaryFolder('hours')
    // A Redis of its own: limits count by address, and every test comes from the same.
    redis = services ? await startRedis() : undefined
    stores = redis
      ? { DATABASE_URL: await freshDatabase(), REDIS_URL: redis.url }
      : { DATABASE_URL: `file:${join(folder.path, 'vigile.db')}` }
    const env = { ...stores, ...movedTime, HOURS_DATABASE: join(folder.path, 'data', 'hours.db') }
    hours = await startExample('react-starlette', { env })
    ada = createPerson(hours, now)
    expect(await ada.signUp('ada@example.com')).toBe(201)
  })
  afterAll(async () => {
    await hours?.stop()
    await redis?.stop()
    await folder?.remove()
  })

  test('COOK-1 TOK-1 the token opens the API, the cookies do not; each sees what is theirs', async () => {
    const entry = { day: '2026-11-20', project: 'Bridge', hours: 2.5 }
    const added = await ada.api('/api/entries', 'POST', entry)
    expect([added.status, await added.json()]).toEqual([201, { id: 1, ...entry }])
    expect(
      ada
        .cookies()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['hours_csrf', 'hours_device', 'hours_hint', 'hours_refresh'])
    const cookie = ada
      .cookies()
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    expect((await fetch(`${hours.url}/api/entries`, { headers: { cookie } })).status).toBe(401)

    const eve = createPerson(hours, now)
    await eve.signUp('eve@example.com')
    expect(await (await eve.api('/api/entries')).json()).toEqual([])
    expect((await eve.api('/api/entries/1', 'DELETE')).status).toBe(404)
    expect(await (await ada.api('/api/totals')).json()).toEqual([{ project: 'Bridge', hours: 2.5 }])
  })

  test('VAL-2 what is wrong with an entry is said, and nothing is added', async () => {
    const right = { day: '2026-11-20', project: 'Bridge', hours: 1 }
    for (const wrong of [
      { day: '20/11' },
      { day: 1 },
      { day: '2026-W47-5' },
      { day: '20261120' },
      { project: '\ud800' },
      { project: ' ' },
      { project: 'x'.repeat(61) },
      { hours: 25 },
      { hours: true },
      { hours: '1' },
    ]) {
      const answer = await ada.api('/api/entries', 'POST', { ...right, ...wrong })
      expect([answer.status, (await answer.json()).code], JSON.stringify(wrong)).toEqual([400, 'validation_failed'])
    }
    expect((await ada.api('/api/entries', 'POST', { ...right, project: 'x'.repeat(70_000) })).status).toBe(413)
    for (const id of ['9'.repeat(26), '9'.repeat(5_000), '-1', 'x', '\u0661']) {
      const answer = await ada.api(`/api/entries/${id}`, 'DELETE')
      expect([answer.status, (await answer.json()).code], id.slice(0, 30)).toEqual([404, 'not_found'])
    }
    expect(await (await ada.api('/api/entries')).json()).toHaveLength(1)
  })

  test('VAL-1 a fault of the API is a problem, and does not cost the next one an answer', async () => {
    const file = new DatabaseSync(join(folder.path, 'data', 'hours.db'))
    file.exec('alter table entries rename to gone')
    for (const entry of [1, 2, 3]) {
      const answer = await ada.api('/api/entries', 'POST', { day: '2026-11-20', project: 'Bridge', hours: entry })
      expect([answer.status, (await answer.json()).code]).toEqual([500, 'internal_error'])
    }
    file.exec('alter table gone rename to entries')
    file.close()
    expect(await ada.status('/api/entries')).toBe(200)
  })

  test('OPS-9 OPS-10 attack on caches: a file that is not there is 404, and nobody keeps it for a year', async () => {
    const page = await (await fetch(`${hours.url}/entries`)).text()
    const there = /\/assets\/[^"]+\.js/.exec(page)?.[0] ?? ''
    expect((await fetch(hours.url + there)).headers.get('cache-control')).toContain('immutable')
    const missing = await fetch(`${hours.url}/assets/index-of-another-release.js`)
    expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, 'no-cache'])
    expect(missing.headers.get('content-type')).not.toContain('html')
  })

  /** By command; on the embedded store, where a server reads keys of others once a minute, by an administrator at the server itself. */
  const rotate = async () => {
    const environment = { ...stores, VIGILE_SECRET: testSecret, VIGILE_PUBLIC_URL: hours.url }
    const command = (line: string) => runVigile(line, { database: '', environment })
    if (services) return command('keys rotate')
    await command('roles seed')
    await command('roles grant ada@example.com admin')
    return vi.waitFor(async () => expect((await ada.api('/api/admin/keys/rotate', 'POST', {})).status).toBe(200), {
      timeout: 30_000,
      interval: 500,
    })
  }

  test('TOK-9 signing keys rotate, and no request of anyone is refused', async () => {
    await ada.refresh()
    const old = ada.token()
    await rotate()
    // Published first: ten minutes later it signs.
    expect(await ada.status('/api/totals')).toBe(200)
    move(11 * minute)
    await vi.waitFor(
      async () => {
        expect(await ada.refresh()).toBe(200)
        expect(keyOf(ada.token())).not.toBe(keyOf(old))
      },
      { timeout: 30_000, interval: 500 },
    )
    const fresh = ada.token()
    for (const token of [fresh, old, fresh]) {
      ada.hold(token)
      expect(await ada.status('/api/totals')).toBe(200)
    }
    // The old token had 4 minutes left, by the clocks of both machines.
    move(5 * minute)
    ada.hold(old)
    expect(await ada.status('/api/totals')).toBe(401)
    ada.hold(fresh)
    expect(await ada.status('/api/totals')).toBe(200)
  })
  test('TOK-5 after sign-out there is no new token; the last one ends by itself, within 15 minutes', async () => {
    await ada.refresh()
    const last = ada.token()
    expect(await ada.signOut()).toBe(204)
    expect(await ada.refresh()).toBe(401)
    ada.hold(last)
    expect(await ada.status('/api/totals')).toBe(200)
    move(16 * minute)
    expect(await ada.status('/api/totals')).toBe(401)
  })
})
