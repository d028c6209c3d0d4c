import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createBreachCheck } from './breached.ts'

const password = 'tournesol violet'
const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
const [prefix, suffix] = [digest.slice(0, 5), digest.slice(5)]
const padding = Array.from(
  { length: 900 },
  (_, n) => `${n.toString(16).toUpperCase().padStart(35, '0')}:${n % 2 ? n : 0}`,
)

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function startService(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  const warn = vi.fn()
  const url = `http://127.0.0.1:${port}/range`
  return { requests, warn, url, check: createBreachCheck({ url, timeoutMs: 200, fetch, log: { warn } }) }
}

const answerWith =
  (body: string, status = 200) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'Content-Type': 'text/plain' }).end(body)
  }

test('S-6 ACC-2 a breached password is found, whatever the letter case and line ends of the answer', async () => {
  for (const body of [
    [...padding, `${suffix}:3`].join('\r\n'),
    [`${suffix.toLowerCase()}:52579`, ...padding].join('\n'),
    `${suffix}:1\r\n`,
  ]) {
    const { check, warn } = await startService(answerWith(body))
    expect(await check(password)).toBe('breached')
    expect(warn).not.toHaveBeenCalled()
  }
})

test('ACC-2 the service learns five digits of the hash, and is asked to pad its answer', async () => {
  const { check, requests } = await startService(answerWith(padding.join('\r\n')))
  expect(await check(password)).toBe('clear')
  expect(requests.map(({ method, url }) => ({ method, url }))).toEqual([{ method: 'GET', url: `/range/${prefix}` }])
  expect(requests[0]?.headers['add-padding']).toBe('true')
  expect(JSON.stringify(requests[0]?.rawHeaders)).not.toContain(suffix.slice(0, 5))
})

test('ACC-2 padding, which has count 0, is no breach', async () => {
  const { check } = await startService(answerWith([...padding, `${suffix}:0`].join('\r\n')))
  expect(await check(password)).toBe('clear')
})

test('S-5 both normal forms of a password are asked as one', async () => {
  const { check, requests } = await startService(answerWith(padding.join('\r\n')))
  await check('été 1998 à Besançon'.normalize('NFC'))
  await check('été 1998 à Besançon'.normalize('NFD'))
  expect(requests[0]?.url).toBe(requests[1]?.url)
})

test.each([
  ['answers 500', answerWith('oops', 500), { failure: 'status', status: 500 }],
  ['limits us', answerWith('', 429), { failure: 'status', status: 429 }],
  ['answers a page of some proxy', answerWith('<html>Please sign in</html>'), { failure: 'malformed' }],
  [
    'ends in the middle of a line',
    answerWith(`${padding.join('\n')}\n${suffix.slice(0, 20)}`),
    { failure: 'malformed' },
  ],
  [
    'redirects',
    (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === '/elsewhere') return response.end(`${suffix}:3`)
      return response.writeHead(302, { Location: '/elsewhere' }).end()
    },
    { failure: 'network' },
  ],
  ['hangs up', (_: IncomingMessage, response: ServerResponse) => response.destroy(), { failure: 'network' }],
  ['never answers', () => {}, { failure: 'timeout' }],
  [
    'begins and never ends',
    (_: IncomingMessage, response: ServerResponse) => response.writeHead(200).write(`${padding[0]}\n`),
    { failure: 'timeout' },
  ],
])('ACC-2 a service that %s lets the password through, and it is logged', async (_, answer, details) => {
  const { check, warn } = await startService(answer)
  expect(await check(password)).toBe('unknown')
  expect(warn.mock.calls).toEqual([[details, 'breach check failed, password let through']])
})

test('ACC-2 a service that is not there lets the password through, and it is logged', async () => {
  const { check, warn, url } = await startService(answerWith(''))
  for (const close of closers.splice(0)) await close()
  expect(await check(password)).toBe('unknown')
  expect(warn.mock.calls).toEqual([[{ failure: 'network' }, 'breach check failed, password let through']])
  expect(JSON.stringify(warn.mock.calls)).not.toContain(url)
})

test('attack: an answer without end is cut at its bound, and the connection closed', async () => {
  let sent = 0
  const closed = Promise.withResolvers<void>()
  const { check, warn } = await startService((_, response) => {
    const chunk = `${padding.join('\n')}\n`
    response.on('close', closed.resolve)
    const send = () => {
      while (!response.destroyed && sent < 64 * 1024 * 1024) {
        sent += chunk.length
        if (!response.write(chunk)) return response.once('drain', send)
      }
    }
    send()
  })
  expect(await check(password)).toBe('unknown')
  expect(warn.mock.calls).toEqual([[{ failure: 'too_large' }, 'breach check failed, password let through']])
  await closed.promise
  expect(sent).toBeLessThan(64 * 1024 * 1024)
})

test('ACC-2 neither the password nor any part of its hash is logged', async () => {
  const { check, warn } = await startService(answerWith('', 503))
  await check(password)
  const logged = JSON.stringify(warn.mock.calls)
  for (const secret of [password, prefix, suffix.slice(0, 5)]) expect(logged).not.toContain(secret)
})

test('what is no password is not asked for', async () => {
  const { check, requests } = await startService(answerWith(''))
  expect(await check('\ud800')).toBe('clear')
  expect(requests).toEqual([])
})

test('OPS-1 an address or a time that cannot be right is refused at start, and the message does not repeat a secret', () => {
  const create =
    (url: string, timeoutMs = 2000) =>
    () =>
      createBreachCheck({ url, timeoutMs, fetch, log: { warn: vi.fn() } })
  for (const url of [
    '',
    '/range/',
    'http://breach.example/range/',
    'ftp://breach.example/',
    'https://breach.example/?key=1',
  ]) {
    expect(create(url)).toThrow('must be an https address')
  }
  for (const user of ['someone', 'someone:hunter2', ':hunter2']) {
    expect(create(`https://${user}@breach.example/`)).toThrow(/^(?!.*hunter2).*must be an https address/)
  }
  expect(create('https://breach.example/range', 99)).toThrow('timeoutMs is 99')
  for (const url of ['https://breach.example/range', 'http://[::1]:8080/', 'http://localhost/range/']) {
    expect(create(url)).not.toThrow()
  }
})
