// The receiver of docs/alerts.md, as people copy it, and what a node really sends it.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { createTestVigile } from '@vigile/engine/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { openDatabase } from '../accounts/database.ts'
import { blocksIn } from '../docs/blocks.ts'
import { temporaryFolder } from '../services/place.ts'
import { openSite, testSecret } from '../support/site.ts'

type Message = { readonly type: string; readonly data: unknown }
type Receive = (request: Request, now?: number) => Promise<Response>
type Documented = { createReceiver(secrets: string[], handle: (message: Message) => Promise<void>): Receive }

const root = join(import.meta.dirname, '../..')
const page = 'docs/alerts.md'
const documented = async (): Promise<Documented> => {
  const block = blocksIn(page, await readFile(join(root, page), 'utf8')).find(({ code }) =>
    code.startsWith('// receiver.ts'),
  )
  if (!block) throw new Error(`${page} has no receiver.ts any more`)
  const folder = join(root, 'node_modules/.cache/vigile/webhook-receiver')
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'receiver.ts')
  await writeFile(file, block.code)
  return import(pathToFileURL(file).href)
}

const [oldSecret, newSecret, strangers] = [
  'b25lIHNlY3JldCBvZiBhIHRlc3QgdGhhdCBub2JvZHkga25vd3M=',
  'whsec_YW5vdGhlciBzZWNyZXQgb2YgYSB0ZXN0IHRoYXQgbm9ib2R5IGtub3dz',
  'dGhlIHNlY3JldCBvZiBzb21lYm9keSBlbHNlLCB3aG8gaXMgbm90IHVz',
] as const

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** A receiver on a port. `isLost`: its answers do not arrive. */
const startReceiver = async (...secrets: string[]) => {
  const { createReceiver } = await documented()
  const handled: Message[] = []
  const requests: { readonly headers: Record<string, string>; readonly body: string }[] = []
  const receive = createReceiver(secrets, async (message) => void handled.push(message))
  const state = { isLost: false }
  const again = ({ headers, body }: (typeof requests)[number], now?: number) =>
    receive(new Request('http://receiver/', { method: 'POST', headers, body }), now)
  const server: Server = createServer((incoming, outgoing) => {
    void text(incoming).then(async (body) => {
      const request = { headers: incoming.headers as Record<string, string>, body }
      requests.push(request)
      const { status } = await again(request)
      if (state.isLost) outgoing.destroy()
      else outgoing.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { url, handled, requests, again, state }
}

const siteWith = async (url: string, ...secrets: string[]) => {
  const site = await openSite('embedded', { alerts: { webhook: { url, secrets } } })
  closers.push(site.close)
  return site
}

test('AUD-5 the receiver of the documentation takes what Vigile signs, once, and nothing else', async () => {
  const receiver = await startReceiver(oldSecret)
  const { vigile } = await siteWith(receiver.url, oldSecret)
  expect(await vigile.webhooks.test()).toEqual({ ok: true, status: 204 })
  expect(receiver.handled).toMatchObject([{ type: 'test', data: {} }])

  const [sent] = receiver.requests
  if (!sent) throw new Error('nothing was sent')
  const now = Number(sent.headers['webhook-timestamp']) * 1000
  const statusOf = async (changes: Record<string, string>, body = sent.body, at = now) =>
    (await receiver.again({ headers: { ...sent.headers, ...changes }, body }, at)).status
  expect(await statusOf({})).toBe(204)
  // attack: a recorded request, later, or with a new time, another id or another body
  expect(await statusOf({}, sent.body, now + 301_000)).toBe(400)
  expect(await statusOf({}, sent.body, now - 301_000)).toBe(400)
  const later = now + 301_000
  expect(await statusOf({ 'webhook-timestamp': `${later / 1000}` }, sent.body, later)).toBe(401)
  expect(await statusOf({ 'webhook-id': 'msg_another' })).toBe(401)
  expect(await statusOf({}, sent.body.replace('test', 'alert'))).toBe(401)
  expect(await statusOf({ 'webhook-signature': '' })).toBe(401)
  expect(await statusOf({ 'webhook-signature': 'v1,' })).toBe(401)
  expect(receiver.handled).toHaveLength(1)
})

test('AUD-5 OPS-2 a secret is replaced without a message lost; a receiver with another one takes none', async () => {
  const [before, after, stranger] = [
    await startReceiver(oldSecret),
    await startReceiver(newSecret),
    await startReceiver(strangers),
  ]
  const tested = async (url: string, ...secrets: string[]) => {
    const site = await siteWith(url, ...secrets)
    return (await site.vigile.webhooks.test()).ok
  }
  expect(await tested(before.url, newSecret, oldSecret)).toBe(true)
  expect(await tested(after.url, newSecret, oldSecret)).toBe(true)
  expect(await tested(after.url, newSecret)).toBe(true)
  expect(await tested(stranger.url, newSecret, oldSecret)).toBe(false)
})

test('AUD-5 an answer that is lost: the node sends the message again, and the receiver knows it', async () => {
  const receiver = await startReceiver(oldSecret)
  const site = await siteWith(receiver.url, oldSecret)
  receiver.state.isLost = true
  const database = await openDatabase(site)
  closers.push(database.close)
  const [now, until] = [site.now(), site.now() + 3_600_000]
  await database.run(`insert into webhook_messages (id, kind, body, created_at, expires_at, next_at, tries)
    values ('msg_1', 'alert', '{"type":"alert","data":{}}', ${now}, ${until}, ${now}, 0)`)
  const state = () => site.vigile.webhooks.state()
  await vi.waitFor(async () => expect((await state())?.failure).not.toBeNull(), 30_000)
  expect(await state()).toMatchObject({ waiting: 1, oldest: now, failure: { why: expect.any(String) } })
  expect((await site.vigile.readiness()).status).toBe('ok')
  receiver.state.isLost = false
  // Past every pause so far.
  site.move(60_000)
  await vi.waitFor(async () => expect(await state()).toEqual({ waiting: 0, oldest: null, failure: null }), 30_000)
  expect(receiver.requests.length).toBeGreaterThan(1)
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set(['msg_1']))
  expect(receiver.handled).toEqual([{ type: 'alert', data: {} }])
  expect(site.log.filter(({ fields }) => fields.alert === 'webhook_down')).toHaveLength(1)
})

test('OPS-1 a secret that is read when the server starts, and is none, keeps it from starting', async () => {
  const folder = await temporaryFolder('webhook')
  const { vigile } = createTestVigile({
    publicUrl: 'http://localhost:3000',
    secrets: testSecret,
    database: `file:${join(folder.path, 'vigile.db')}`,
    alerts: { webhook: { url: 'http://127.0.0.1:9/', secrets: async () => ['not base64!'] } },
  })
  closers.push(folder.remove, vigile.close)
  await expect(vigile.ready()).rejects.toThrow('WEBHOOK_SECRET')
})

test('AUD-5 a site without a webhook', async () => {
  const site = await openSite('embedded')
  closers.push(site.close)
  expect(await site.vigile.webhooks.state()).toBeNull()
  expect(await site.vigile.webhooks.test()).toEqual({ ok: false, error: 'not_configured' })
})
