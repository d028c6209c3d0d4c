// A server that means harm to whoever examines it.
import { createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { catalogues } from '../messages/catalogue.ts'
import { createAsk } from './ask.ts'
import { examine } from './examine.ts'
import { lookOutside } from './look-outside.ts'

const endings: (() => void)[] = []
afterEach(() => {
  for (const end of endings.splice(0)) end()
})

/** A server that answers each request with bytes as they are. */
const listen = async (answer: (socket: Socket, request: string) => void) => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => answer(socket, chunk.toString()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endings.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
}

const examineAt = async (url: URL, patience = { oneMs: 10_000, allMs: 60_000 }) => {
  const outside = await lookOutside({
    url,
    ask: createAsk(undefined, patience),
    authPath: '/api/auth',
    signInPath: '/sign-in',
    metricsPort: 0,
    routes: Array.from({ length: 5 }, (_, index) => ({
      ...{ method: 'GET', path: `/api/auth/${index}`, guard: 'session', limit: 'none' },
    })),
    credentials: null,
    countedFor: async () => null,
    onProgress: () => {},
  })
  return examine({ now: Date.now(), inside: null, outside }, catalogues.en)
}
const textsOf = (findings: Awaited<ReturnType<typeof examineAt>>) => findings.map(({ text }) => text)
const notAnswered = (url: URL, why: string) => expect.arrayContaining([`${url.origin} gives no answer: ${why}`])
const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n'

test('OPS-3 attack: a body without an end is cut off', async () => {
  let sent = 0
  const block = Buffer.alloc(64 * 1024, 'a')
  const url = await listen((socket) => {
    socket.write(`${head}\r\n`)
    const more = () => {
      while (!socket.destroyed && socket.write(block)) sent += block.length
    }
    socket.on('drain', more)
    more()
  })
  const findings = await examineAt(url)
  expect(findings.map(({ check }) => check)).toContain('routes')
  expect(sent).toBeLessThan(500 * 1024 * 1024)
}, 60_000)

test('OPS-3 attack: a body that drips, and headers that drip, are waited for no longer than for an answer', async () => {
  for (const start of [`${head}\r\n`, head]) {
    const url = await listen((socket) => {
      socket.write(start)
      const drip = setInterval(() => socket.write('a'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    expect(textsOf(await examineAt(url, { oneMs: 300, allMs: 60_000 }))).toEqual(notAnswered(url, 'no answer in time'))
  }
}, 60_000)

test('OPS-3 attack: a server that is slow with each answer keeps the doctor no longer than for all of them', async () => {
  const url = await listen((socket) => {
    setTimeout(() => socket.end(`${head}Content-Length: 0\r\n\r\n`), 250)
  })
  expect(textsOf(await examineAt(url, { oneMs: 10_000, allMs: 700 }))).toEqual(notAnswered(url, 'no answer in time'))
}, 60_000)

test('OPS-3 attack: headers without an end, another protocol, and what is no HTTP are no answers', async () => {
  const answers = [
    `${head}${'X-A: b\r\n'.repeat(20_000)}\r\n`,
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'SSH-2.0-OpenSSH_9.2\r\n',
  ]
  for (const answer of answers) {
    const url = await listen((socket) => void socket.write(answer))
    const findings = await examineAt(url)
    expect(findings.find(({ check }) => check === 'transport')).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('gives no answer'),
    })
  }
}, 60_000)

test('OPS-3 attack: a redirect into the private network is not followed', async () => {
  let asked = 0
  const inner = await listen((socket) => {
    asked += 1
    socket.end(`${head}Content-Length: 0\r\n\r\n`)
  })
  const url = await listen((socket) =>
    socket.end(`HTTP/1.1 307 Temporary\r\nLocation: ${inner.href}latest/meta-data\r\nContent-Length: 0\r\n\r\n`),
  )
  await examineAt(url)
  expect(asked).toBe(0)
})

test('OPS-3 attack: what a server sends writes no escape codes on a terminal, and no page of text', async () => {
  // U+009B is the escape code of escape codes; an UTF-8 terminal takes it as such.
  const names = Array.from({ length: 60 }, (_, index) => `\u009b31m\u009d0title\u0007evil-${index}${'a'.repeat(150)}`)
  const cookies = names.map((name) => `Set-Cookie: ${name.replace('\u0007', '')}=1; SameSite=\u009b2J\r\n`).join('')
  const url = await listen((socket) => socket.end(Buffer.from(`${head}${cookies}Content-Length: 0\r\n\r\n`, 'latin1')))
  const findings = (await examineAt(url)).filter(({ check }) => check === 'cookies')
  expect(textsOf(findings).join()).toContain('evil-0')
  expect(findings.length).toBeLessThanOrEqual(20)
  for (const { text, todo } of findings) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(`${text}${todo}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    expect(text.length).toBeLessThanOrEqual(401)
  }
})
