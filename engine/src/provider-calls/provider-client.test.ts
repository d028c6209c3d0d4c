import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createPauses } from './pauses.ts'
import { createProviderClient, waitInProcess } from './provider-client.ts'
import {
  hanging,
  type ScriptedProvider,
  saying,
  startScriptedProvider,
  testClient,
  testPolicy,
} from './scripted-provider.suite.ts'

let provider: ScriptedProvider
let before = 0
beforeAll(async () => {
  provider = await startScriptedProvider()
})
afterAll(() => provider?.stop())
beforeEach(() => {
  before = provider.requests.length
})
const asked = () => provider.requests.length - before
const me = () => ({
  url: `${provider.url}/users/@me?code=secret-code`,
  headers: { Authorization: 'Bearer secret-token' },
})
const safe = { repeatable: true }
const once = { repeatable: false }
const textOf = (answer: { body?: Uint8Array }) => new TextDecoder().decode(answer.body)

describe('what is repeated', () => {
  test('RES-1 503, 503, 200: answered by the third, after 1 s and 2 s', async () => {
    provider.say(saying(503), saying(503), saying(200, { id: '80351110224678912' }))
    const { client, waits } = testClient()
    const answer = await client.send(me(), safe)
    expect(answer).toMatchObject({ ok: true, status: 200 })
    expect(textOf(answer as never)).toBe('{"id":"80351110224678912"}')
    expect(waits).toEqual([1_000, 2_000])
    expect(asked()).toBe(3)
  })

  test.each([400, 401, 403, 404, 302, 200])('RES-1 %i: one request, and the caller has the answer', async (status) => {
    provider.say(saying(status, { error: 'invalid_grant' }))
    const { client, waits } = testClient()
    expect(await client.send(me(), safe)).toMatchObject({ ok: true, status })
    expect(asked()).toBe(1)
    expect(waits).toEqual([])
  })

  test('RES-1 four faults: given up after three repetitions', async () => {
    provider.say(saying(500))
    const { client, waits } = testClient()
    expect(await client.send(me(), safe)).toMatchObject({ ok: false, error: 'provider_unavailable' })
    expect(waits).toEqual([1_000, 2_000, 3_000])
    expect(asked()).toBe(4)
  })

  test.each([
    saying(503),
    saying(429, {}, { 'retry-after': '1' }),
    (_: unknown, response: { destroy(): void }) => response.destroy(),
  ])('RES-1 a code exchange is sent once, whatever comes back (%#)', async (said) => {
    provider.say(said as never, saying(200))
    const { client, waits } = testClient()
    expect(await client.send({ ...me(), method: 'POST', body: 'code=1' }, once)).toMatchObject({ ok: false })
    expect(asked()).toBe(1)
    expect(waits).toEqual([])
  })

  test('RES-1 a connection that breaks is a fault like any other', async () => {
    provider.say((_, response) => response.destroy(), saying(200))
    const { client, waits } = testClient()
    expect(await client.send(me(), safe)).toMatchObject({ ok: true })
    expect(waits).toEqual([1_000])
  })
})

describe('limits', () => {
  test('RES-1 429 with Retry-After: 2 is one wait of 2 s', async () => {
    provider.say(saying(429, {}, { 'retry-after': '2' }), saying(200))
    const { client, waits } = testClient()
    expect(await client.send(me(), safe)).toMatchObject({ ok: true })
    expect(waits).toEqual([2_000])
    expect(asked()).toBe(2)
  })

  test('RES-1 429 with Discord’s X-RateLimit-Reset-After', async () => {
    provider.say(saying(429, {}, { 'x-ratelimit-reset-after': '1.25' }), saying(200))
    const { client, waits } = testClient()
    expect(await client.send(me(), safe)).toMatchObject({ ok: true })
    expect(waits).toEqual([1_250])
  })

  test('RES-1 429 twice is given up; so is one that wants more than the longest wait', async () => {
    provider.say(saying(429, {}, { 'retry-after': '2' }))
    const twice = testClient()
    expect(await twice.client.send(me(), safe)).toMatchObject({ ok: false, retryAfterSeconds: 2 })
    expect(asked()).toBe(2)

    provider.say(saying(429, {}, { 'retry-after': '3600' }))
    const long = testClient()
    const refusal = { ok: false, error: 'provider_unavailable', retryAfterSeconds: 3_600 }
    expect(await long.client.send(me(), safe)).toEqual(refusal)
    expect(asked()).toBe(3)
    // And is not asked again for a minute.
    expect(await long.client.send(me(), safe)).toEqual({ ...refusal, retryAfterSeconds: 60 })
    expect(asked()).toBe(3)
    long.move(60_000)
    provider.say(saying(200))
    expect(await long.client.send(me(), safe)).toMatchObject({ ok: true })
    expect(long.waits).toEqual([])
  })

  test('RES-1 a global limit holds for every route and person; one on a route for that alone', async () => {
    const other = { url: `${provider.url}/users/@me/guilds`, headers: { Authorization: 'Bearer other' } }
    for (const [headers, waited] of [
      [{ 'retry-after': '4', 'x-ratelimit-global': 'true' }, [4_000]],
      [{ 'retry-after': '4' }, []],
    ] as const) {
      const { client, waits } = testClient()
      provider.say(saying(429, {}, headers), saying(200))
      await client.send(me(), once)
      expect(await client.send(other, safe)).toMatchObject({ ok: true })
      expect(waits).toEqual(waited)
    }
  })

  test('attack: RES-1 an hour that is asked for at the address of the codes closes nothing silently, nor for an hour', async () => {
    provider.say(saying(429, {}, { 'retry-after': '3600' }))
    const { client, move, now, logged } = testClient()
    const code = { url: `${provider.url}/token`, method: 'POST', body: 'code=1' } as const
    const since = now()
    for (let each = 0; each < 3; each += 1) expect(await client.send(code, once)).toMatchObject({ ok: false })
    expect(asked()).toBe(1)
    expect(client.read()).toEqual({ state: 'paused', since })
    const alert = { provider: 'discord', for: 'sign-in', alert: 'provider_limit', seconds: 3_600 }
    expect(logged.filter((one) => 'alert' in one)).toEqual([expect.objectContaining(alert)])
    // What is left of it can be waited for.
    move(55_000)
    expect(client.read().state).toBe('closed')
    provider.say(saying(200))
    expect(await client.send(code, once)).toMatchObject({ ok: true })
    expect(asked()).toBe(2)
  })

  test('RES-1 a limit on one person’s token is nobody else’s: the provider is not paused', async () => {
    provider.say(saying(429, {}, { 'retry-after': '3600' }))
    const { client } = testClient()
    await client.send(me(), safe)
    expect(client.read().state).toBe('closed')
  })

  test('RES-1 what was used up is not asked for before it is there again', async () => {
    const { client, waits } = testClient()
    provider.say(saying(200, {}, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '1.5' }), saying(200))
    await client.send(me(), safe)
    await client.send({ ...me(), headers: { Authorization: 'Bearer other' } }, safe)
    expect(waits).toEqual([])
    await client.send(me(), safe)
    expect(waits).toEqual([1_500])
    expect(asked()).toBe(3)
  })
})

describe('bounds', () => {
  test('RES-2 a provider that hangs is given up at the time-out; every attempt has one', async () => {
    provider.say(hanging)
    const { client, waits } = testClient({ timeoutMs: 100, retryWaitsMs: [1_000] })
    expect(await client.send(me(), safe)).toMatchObject({ ok: false, error: 'provider_unavailable' })
    expect(waits).toEqual([1_000])
    expect(asked()).toBe(2)
  })

  test('RES-2 so is one that sends its answer drop by drop', async () => {
    const timers: NodeJS.Timeout[] = []
    provider.say((_, response) => {
      response.writeHead(200)
      timers.push(setInterval(() => response.write(' '), 10))
    })
    const { client } = testClient({ timeoutMs: 150, retryWaitsMs: [] })
    expect(await client.send(me(), safe)).toMatchObject({ ok: false, error: 'provider_unavailable' })
    for (const timer of timers) clearInterval(timer)
  })

  test('RES-2 one whose fetch never comes back, not even when told to stop', async () => {
    const { client } = testClient({ timeoutMs: 100, retryWaitsMs: [] }, () => new Promise(() => {}))
    expect(await client.send(me(), safe)).toMatchObject({ ok: false, error: 'provider_unavailable' })
  })

  test('RES-1 no wait goes past the end of the caller’s time', async () => {
    provider.say(saying(503))
    const { client, waits, now } = testClient()
    const end = now() + 4_600
    expect(await client.send(me(), { repeatable: true, leftMs: () => end - now() })).toMatchObject({ ok: false })
    // 1 s and 2 s, then 1.6 s are left: not enough for 3 s.
    expect(waits).toEqual([1_000, 2_000])
    expect(now()).toBeLessThan(end)
    before = provider.requests.length
    expect(await client.send(me(), { repeatable: true, leftMs: () => 1_000 })).toMatchObject({ ok: false })
    expect(asked()).toBe(0)
  })

  test('RES-2 an answer of 2 MiB is not read to its end, nor asked for again', async () => {
    let sent = 0
    provider.say((_, response) => {
      response.writeHead(200)
      const more = () => {
        while (sent < 64 * 1024 * 1024 && !response.destroyed) {
          sent += 65_536
          if (!response.write(Buffer.alloc(65_536, 32))) return void response.once('drain', more)
        }
      }
      more()
    })
    const { client, waits } = testClient()
    expect(await client.send(me(), safe)).toEqual({ ok: false, error: 'provider_refused', retryAfterSeconds: null })
    expect(waits).toEqual([])
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    expect(client.read().state).toBe('closed')
  })

  test('RES-2 a bomb: 1 KiB that unpacks to 2 MiB', async () => {
    const { gzipSync } = await import('node:zlib')
    provider.say((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2 * 1024 * 1024))),
    )
    expect(await testClient().client.send(me(), safe)).toMatchObject({ ok: false, error: 'provider_refused' })
  })

  test('SSRF: a redirect to an address of the inner network is not followed, and takes no token there', async () => {
    const inner = await startScriptedProvider()
    provider.say(saying(302, '', { location: `${inner.url}/latest/meta-data/` }))
    const { client } = testClient()
    expect(await client.send(me(), safe)).toMatchObject({ ok: true, status: 302 })
    expect(inner.requests).toHaveLength(0)
    await inner.stop()
  })

  test.each([
    'http://discord.com/api/users/@me',
    'http://127.0.0.1.example.com/',
    'http://user:password@127.0.0.1/',
    'https://user@discord.com/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'not an address',
  ])('S-65 %s is not asked', async (url) => {
    const fetched = vi.fn()
    const { client } = testClient({}, fetched)
    expect(await client.send({ url }, safe)).toMatchObject({ ok: false, error: 'provider_refused' })
    expect(fetched).not.toHaveBeenCalled()
  })

  test('attack: S-65 a provider on the internet that names an address of this machine gets no token sent there', async () => {
    const fetched = vi.fn()
    const { client } = testClient({}, fetched, false)
    expect(await client.send(me(), safe)).toMatchObject({ ok: false, error: 'provider_refused' })
    expect(fetched).not.toHaveBeenCalled()
  })

  test('a header that cannot be sent is no fault of the provider’s, and is not in the log', async () => {
    const { client, logged } = testClient()
    const request = { ...me(), headers: { Authorization: 'Bearer secret-token\r\nX-More: 1' } }
    expect(await client.send(request, safe)).toMatchObject({ ok: false, error: 'provider_refused' })
    expect(client.read().state).toBe('closed')
    expect(JSON.stringify(logged)).not.toContain('secret')
  })
})

describe('the breaker', () => {
  const openOne = async (policy = {}) => {
    const made = testClient(policy)
    provider.say(saying(503))
    for (let each = 0; each < 5; each += 1) {
      expect(made.client.read().state).toBe('closed')
      await made.client.send(me(), once)
    }
    expect(made.client.read()).toEqual({ state: 'open', since: made.now() })
    before = provider.requests.length
    return made
  }

  test('RES-2 opens after five faults in a row, and then refuses without a request', async () => {
    const { client, move, logged } = await openOne()
    move(10_000)
    expect(await client.send(me(), safe)).toEqual({ ok: false, error: 'provider_unavailable', retryAfterSeconds: 20 })
    expect(asked()).toBe(0)
    expect(logged).toContainEqual(expect.objectContaining({ alert: 'provider_down', provider: 'discord' }))
  })

  test('RES-2 half-opens by the clock, lets one through, and closes when that is answered', async () => {
    const { client, move, now } = await openOne()
    const opened = now()
    move(30_000)
    expect(client.read()).toEqual({ state: 'half_open', since: opened + 30_000 })
    let release = () => {}
    provider.say((request, response) => {
      release = () => saying(200)(request, response)
    })
    const first = client.send(me(), safe)
    await expect.poll(asked).toBe(1)
    const others = await Promise.all(Array.from({ length: 20 }, () => client.send(me(), safe)))
    expect(others.every((other) => !other.ok && other.error === 'provider_unavailable')).toBe(true)
    expect(asked()).toBe(1)
    release()
    expect(await first).toMatchObject({ ok: true })
    expect(client.read()).toMatchObject({ state: 'closed' })
    provider.say(saying(200))
    expect(await client.send(me(), safe)).toMatchObject({ ok: true })
  })

  test('RES-2 opens anew when the one that was let through fails, which is not repeated', async () => {
    const { client, move } = await openOne()
    move(30_000)
    expect(await client.send(me(), safe)).toMatchObject({ ok: false, retryAfterSeconds: 30 })
    expect(asked()).toBe(1)
    expect(client.read().state).toBe('open')
    move(29_999)
    expect(await client.send(me(), safe)).toMatchObject({ ok: false })
    expect(asked()).toBe(1)
  })

  test('RES-2 a clock of the machine that jumps neither opens nor closes it', async () => {
    const { client, move } = await openOne()
    const spy = vi.spyOn(Date, 'now').mockReturnValue(0)
    expect(await client.send(me(), safe)).toMatchObject({ ok: false })
    expect(asked()).toBe(0)
    move(30_000)
    provider.say(saying(200))
    expect(await client.send(me(), safe)).toMatchObject({ ok: true })
    spy.mockRestore()
  })

  test('RES-2 a request whose repetitions open it is given up at once', async () => {
    provider.say(saying(503))
    const { client, waits } = testClient({ failuresToOpen: 2 })
    expect(await client.send(me(), safe)).toMatchObject({ ok: false, retryAfterSeconds: 30 })
    expect(waits).toEqual([1_000])
    expect(asked()).toBe(2)
  })

  test('RES-2 refusals of a person’s requests are no faults, nor are limits: another’s go on', async () => {
    const { client } = testClient({ failuresToOpen: 1 })
    for (const status of [400, 401, 403, 404, 429]) {
      provider.say(saying(status))
      await client.send(me(), once)
      expect(client.read().state).toBe('closed')
    }
  })

  test('RES-2 hangs and broken connections count, an answer between them begins anew', async () => {
    const { client } = testClient({ timeoutMs: 50, failuresToOpen: 3 })
    const break_ = (_: unknown, response: { destroy(): void }) => void response.destroy()
    provider.say(hanging, break_ as never, saying(404), hanging, break_ as never, saying(500))
    for (let each = 0; each < 5; each += 1) await client.send(me(), once)
    expect(client.read().state).toBe('closed')
    await client.send(me(), once)
    expect(client.read().state).toBe('open')
  })
})

test('RES-1 the log names provider, path, status and attempt; no code, no token, no header', async () => {
  provider.say(saying(503), saying(200, { secret: 'secret-answer' }))
  const { client, logged } = testClient()
  await client.send(me(), safe)
  expect(logged).toEqual([
    expect.objectContaining({ provider: 'discord', method: 'GET', path: '/users/@me', attempt: 1, status: 503 }),
    expect.objectContaining({ provider: 'discord', method: 'GET', path: '/users/@me', attempt: 2, status: 200 }),
  ])
  expect(JSON.stringify(logged)).not.toContain('secret')
})

test('RES-2 closing ends waits and calls under way, and leaves no timer behind', async () => {
  const make = () =>
    createProviderClient({
      id: 'discord',
      purpose: 'sign-in',
      allowsHttp: true,
      pauses: createPauses(Date.now),
      policy: { ...testPolicy, timeoutMs: 3_600_000 },
      fetch,
      wait: waitInProcess,
      now: Date.now,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    })
  // Nothing else would end them within this test.
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const [waiting, hung] = [make(), make()]
  const held = timers()
  provider.say(saying(503), hanging)
  const first = waiting.send(me(), safe)
  await expect.poll(asked).toBe(1)
  const others = Array.from({ length: 30 }, () => hung.send(me(), { repeatable: true, leftMs: () => 3_600_000 }))
  await expect.poll(asked).toBe(31)
  waiting.close()
  hung.close()
  for (const answer of await Promise.all([first, ...others])) expect(answer).toMatchObject({ ok: false })
  expect(await hung.send(me(), safe)).toMatchObject({ ok: false })
  expect(asked()).toBe(31)
  await expect.poll(timers).toBeLessThanOrEqual(held)
})
