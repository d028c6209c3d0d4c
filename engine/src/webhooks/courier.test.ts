// Messages go to a real receiver, which refuses, hangs, leads elsewhere, dies and comes back.
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../primitives/log.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places } from '../stores/samples.suite.ts'
import { type Courier, createCourier } from './courier.ts'
import { postWebhook } from './post-webhook.ts'
import { signWebhook } from './sign.ts'

const secret = 'b25lIHNlY3JldCBvZiBhIHRlc3QgdGhhdCBub2JvZHkga25vd3M='
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

type Received = { readonly id: string; readonly body: string; readonly headers: IncomingMessage['headers'] }

const startReceiver = async (answer: (one: Received, response: ServerResponse) => unknown = () => 204, port = 0) => {
  const received: Received[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { id: `${request.headers['webhook-id']}`, body, headers: request.headers }
      received.push(one)
      const status = answer(one, response)
      if (typeof status === 'number') response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return {
    received,
    port: address.port,
    url: `http://127.0.0.1:${address.port}/hook`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

describe.each(places)('on %s', (_, newPlace) => {
  let place: Place
  let database: Database
  let now: number
  let logged: { level: string; fields: Record<string, unknown> }[]
  const closers: (() => unknown)[] = []
  const log = new Proxy({} as Log, {
    get: (_target, level: string) => (fields: Record<string, unknown>) => void logged.push({ level, fields }),
  })
  const alerts = () => logged.map(({ fields }) => fields.alert).filter(Boolean)

  beforeEach(async () => {
    place = await newPlace()
    database = place.open()
    await database.migrate()
    now = 1_800_000_000_000
    logged = []
  })
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
    await place.remove()
  })

  const receiver = async (...given: Parameters<typeof startReceiver>) => {
    const one = await startReceiver(...given)
    closers.push(one.stop)
    return one
  }
  const courier = (url: string, at = database): Courier =>
    createCourier({
      ...at,
      webhook: () => ({ url, readSecrets: async () => [secret] }),
      clock: { now: () => now, isSteady: () => true },
      log,
    })
  const post = (data: object = {}) =>
    database.transact(({ webhooks }) => postWebhook(webhooks, { kind: 'alert', data, now }))

  test('AUD-5 a message arrives once, signed, as it was written', async () => {
    const { url, received } = await receiver()
    await post({ rule: 'é' })
    now += 3_500
    const { deliver, failure } = courier(url)
    expect(await Promise.all([deliver(), deliver()])).toEqual([1, 1])
    expect(await deliver()).toBe(0)
    expect(received).toHaveLength(1)
    const [{ id, body, headers } = {} as Received] = received
    expect(JSON.parse(body)).toEqual({ type: 'alert', timestamp: '2027-01-15T08:00:00.000Z', data: { rule: 'é' } })
    expect(headers).toMatchObject({
      ...signWebhook([secret], { id, body, at: now }),
      'content-type': 'application/json',
    })
    expect(failure()).toBeNull()
    expect(await database.webhooks.waiting()).toEqual({ count: 0, oldest: null })
  })

  test('AUD-5 ten nodes at once: each message arrives once', async () => {
    const { url, received } = await receiver()
    for (let count = 0; count < 25; count += 1) await post()
    const handles = [database, place.open(), place.open()]
    const counts = await Promise.all(
      Array.from({ length: 10 }, (_each, index) => courier(url, handles[index % 3]).deliver()),
    )
    expect(counts.reduce((sum, count) => sum + count)).toBe(25)
    expect(received).toHaveLength(25)
    expect(new Set(received.map(({ id }) => id)).size).toBe(25)
  })

  test('AUD-5 a receiver that fails, refuses or leads elsewhere is tried again under the same id, each try with its own time; nothing else is called', async () => {
    const elsewhere = await receiver()
    const answers = [500, 404, 302]
    const { url, received } = await receiver((_one, response) => {
      response.setHeader('location', elsewhere.url)
      return answers.shift() ?? 200
    })
    await post()
    const { deliver, failure } = courier(url)
    for (const pause of [10_000, 20_000, 40_000]) {
      expect(await deliver()).toBe(0)
      expect(failure()).toMatchObject({ at: now })
      now += pause
    }
    expect(await deliver()).toBe(1)
    expect(failure()).toBeNull()
    expect(new Set(received.map(({ id, body }) => id + body)).size).toBe(1)
    expect(received.map(({ headers }) => Number(headers['webhook-timestamp']) - 1_800_000_000)).toEqual([0, 10, 30, 70])
    expect(elsewhere.received).toEqual([])
    expect(alerts()).toEqual(['webhook_down'])
  })

  test('AUD-5 a receiver that is down for two days gets every message, and that is said once; after three a message is given up, with an alert', async () => {
    const { port, stop } = await startReceiver()
    await stop()
    await post({ number: 1 })
    const { deliver } = courier(`http://127.0.0.1:${port}/`)
    for (let tries = 0; tries < 48; tries += 1) {
      expect(await deliver()).toBe(0)
      now += hour
    }
    const { received } = await receiver(() => 204, port)
    expect(await deliver()).toBe(1)
    expect(received).toHaveLength(1)
    expect(alerts()).toEqual(['webhook_down'])

    await post({ number: 2 })
    now += 3 * day
    expect(await deliver()).toBe(0)
    expect(alerts()).toEqual(['webhook_down', 'webhook_expired'])
    now += day
    expect(await deliver()).toBe(0)
    expect(received).toHaveLength(1)
  })

  test('AUD-5 410: this message is not sent again, others are', async () => {
    const { url, received } = await receiver(({ body }) => (body.includes('unwanted') ? 410 : 204))
    await post({ rule: 'unwanted' })
    await post({ rule: 'wanted' })
    const { deliver } = courier(url)
    expect(await deliver()).toBe(1)
    now += day
    expect(await deliver()).toBe(0)
    expect(received).toHaveLength(2)
    expect(logged.map(({ level }) => level)).toEqual(['warn'])
  })

  test('AUD-5 secrets are asked for at each try; while they can’t be read, messages wait', async () => {
    const { url, received } = await receiver()
    let secrets: readonly string[] | Error = new Error('the file of the secret is gone')
    const readSecrets = async () => {
      if (secrets instanceof Error) throw secrets
      return secrets
    }
    const { deliver } = createCourier({
      ...database,
      webhook: () => ({ url, readSecrets }),
      clock: { now: () => now, isSteady: () => true },
      log,
    })
    await post()
    expect(await deliver()).toBe(0)
    const newer = 'YW5vdGhlciBzZWNyZXQgb2YgYSB0ZXN0IHRoYXQgbm9ib2R5IGtub3dz'
    secrets = [newer, secret]
    now += 10_000
    expect(await deliver()).toBe(1)
    const [{ id, body, headers } = {} as Received] = received
    expect(headers['webhook-signature']).toBe(signWebhook([newer, secret], { id, body, at: now })['webhook-signature'])
    expect(JSON.stringify(logged)).not.toContain(secret)
  })

  test('OPS-10 a receiver that says much is not listened to, and nothing is kept of it', async () => {
    let closed = 0
    const { url } = await receiver((_one, response) => {
      response.writeHead(200)
      const chunk = 'x'.repeat(65_536)
      const more = setInterval(() => response.write(chunk), 1)
      response.on('close', () => {
        clearInterval(more)
        closed += 1
      })
    })
    await post()
    expect(await courier(url).deliver()).toBe(1)
    await expect.poll(() => closed, { timeout: 20_000 }).toBe(1)
  })

  test('AUD-5 SIGKILL of a node in the middle of deliveries: another one delivers what it held; nothing is lost, and what comes twice has the same id', async () => {
    let killsAt = 6
    let child: ChildProcess | undefined
    const { url, received } = await receiver((_one, response) => {
      if (received.length < killsAt) return 204
      child?.kill('SIGKILL')
      return response.destroy()
    })
    for (let number = 0; number < 25; number += 1) await post({ number })
    const program = new URL('./process-that-delivers.suite.ts', import.meta.url).pathname
    const run = () => {
      const args = ['--conditions=@vigile/source', program, place.kind, place.address, url, secret, `${now}`]
      child = spawn(process.execPath, args, { stdio: 'ignore' })
      return new Promise((resolve) => child?.once('close', (code, signal) => resolve(signal ?? code)))
    }
    expect(await run()).toBe('SIGKILL')
    const unanswered = received[killsAt - 1]?.id
    const before = received.splice(0)
    killsAt = Number.POSITIVE_INFINITY
    // Its lease is over.
    now += 2 * minute
    expect(await run()).toBe(0)
    const bodies = new Map(before.map(({ id, body }) => [id, body]))
    for (const { id, body } of received) expect(bodies.get(id) ?? body).toBe(body)
    expect(received.map(({ id }) => id)).toContain(unanswered)
    expect(new Set(received.map(({ id }) => id)).size).toBe(received.length)
    expect(new Set([...before, ...received].map(({ body }) => JSON.parse(body).data.number)).size).toBe(25)
    expect(new Set([...before, ...received].map(({ id }) => id)).size).toBe(25)
    expect(await database.webhooks.waiting()).toEqual({ count: 0, oldest: null })
  })

  test('OPS-10 the wait for a receiver that says nothing has an end', async () => {
    const { url } = await receiver(() => {})
    const webhook = () => ({ url, readSecrets: async () => [secret] })
    await post()
    const { deliver, failure } = createCourier({
      ...database,
      webhook,
      clock: { now: () => now, isSteady: () => true },
      log,
      patienceMs: 100,
    })
    expect(await deliver()).toBe(0)
    expect(String(failure()?.error)).toContain('timeout')
  })
})
