// Letters leave through a real mail server, which refuses, hangs, dies and comes back.
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type Server, type Socket } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { createOneTimeToken } from '../one-time-tokens/one-time-token.ts'
import type { Log } from '../primitives/log.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places } from '../stores/samples.suite.ts'
import { heldUpSince } from './held-up.ts'
import { mailSecret, mailSite } from './letter-samples.suite.ts'
import { createMailbox } from './mailbox.ts'
import { postLetter } from './post.ts'
import { createPostman, type Postman } from './postman.ts'
import { createSmtpTransport } from './smtp.ts'
import type { Transport } from './transport.ts'

const key = deriveKeys(mailSecret)
const keyring = { newest: () => key, find: async (id: string) => (id === key.id ? key : null) }
const hour = 3_600_000
const firstPauseMs = 10_000

type Received = { to: string; data: string }

const startSmtp = async (
  port = 0,
  answer: (to: string) => Error | null = () => null,
  options: SMTPServerOptions = {},
) => {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => done(answer(address)),
    onData: (stream, session, done) => {
      let data = ''
      stream.on('data', (chunk: Buffer) => {
        data += chunk.toString()
      })
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo[0]?.address ?? '', data })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.server.address()
  return {
    received,
    port: typeof address === 'object' && address ? address.port : 0,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

describe.each(places)('on %s', (_, newPlace) => {
  let place: Place
  let database: Database
  let now: number
  let logged: { level: string; fields: Record<string, unknown> }[]
  let metered: unknown[]
  const closers: (() => unknown)[] = []
  const log = new Proxy({} as Log, {
    get: (_target, level: string) => (fields: Record<string, unknown>) => void logged.push({ level, fields }),
  })

  beforeEach(async () => {
    place = await newPlace()
    database = place.open()
    await database.migrate()
    now = 1_800_000_000_000
    isSteady = true
    logged = []
    metered = []
  })
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
    await place.remove()
  })

  let isSteady = true
  const clock = { now: () => now, isSteady: () => isSteady }
  const meter = { add: (...counted: unknown[]) => void metered.push(counted) }
  const postman = (transport: Transport, at: Database = database): Postman => {
    const one = createPostman({ outbox: at.outbox, keyring, transport, site: mailSite, clock, log, meter } as never)
    closers.push(one.close)
    return one
  }
  const smtp = (port: number) =>
    createSmtpTransport({ url: `smtp://127.0.0.1:${port}`, from: 'Shop <no-reply@shop.example.com>' })
  const post = (to: string, expiresAt = now + hour) =>
    database.transact(({ outbox }) =>
      postLetter({ keyring }, outbox, {
        kind: 'reset_password',
        letter: { to, locale: 'fr', content: { kind: 'reset_password', token: createOneTimeToken() } },
        now,
        expiresAt,
      }),
    )

  test('a letter goes out once, as text and HTML, and is not kept', async () => {
    const server = await startSmtp()
    closers.push(server.stop)
    await post('ada@example.com')
    const { deliver } = postman(smtp(server.port))
    expect(await Promise.all([deliver(), deliver()])).toEqual([1, 1])
    expect(await deliver()).toBe(0)
    expect(server.received.map(({ to }) => to)).toEqual(['ada@example.com'])
    const data = server.received[0]?.data ?? ''
    expect(data).toMatch(/^From: Shop <no-reply@shop\.example\.com>/m)
    expect(data).toMatch(/^Auto-Submitted: auto-generated/m)
    expect(data).toMatch(/text\/plain[\s\S]*text\/html/)
    expect(await database.outbox.claim({ now: now + 10 * hour, leaseMs: 1, limit: 10 })).toEqual([])
  })

  test('OPS-2 the next letter goes to the address that is set by then', async () => {
    const servers = [await startSmtp(), await startSmtp()] as const
    closers.push(...servers.map(({ stop }) => stop))
    let [{ port }] = servers
    const url = () => `smtp://127.0.0.1:${port}`
    const { deliver } = postman(createSmtpTransport({ url, from: 'Shop <no-reply@shop.example.com>' }))
    await post('ada@example.com')
    expect(await deliver()).toBe(1)
    port = servers[1].port
    await post('grace@example.com')
    expect(await deliver()).toBe(1)
    expect(servers.map(({ received }) => received.map(({ to }) => to))).toEqual([
      ['ada@example.com'],
      ['grace@example.com'],
    ])
  })

  test('a letter that is posted while others are going out goes out too, without waiting for the next time', async () => {
    const mailbox = createMailbox()
    let later: Promise<number> | undefined
    const { deliver } = postman({
      ...mailbox,
      send: async (message, id) => {
        if (later === undefined) {
          later = Promise.resolve(0)
          await post('bob@example.com')
          later = deliver()
        }
        return mailbox.send(message, id)
      },
    })
    await post('ada@example.com')
    expect([await deliver(), await later]).toEqual([2, 2])
    expect(mailbox.letters().map(({ to }) => to)).toEqual(['bob@example.com', 'ada@example.com'])
  })

  test('OPS-7 a node that stops takes no more than it has in hand; the others find the rest, and nothing of that', async () => {
    for (let count = 0; count < 25; count += 1) await post(`person-${count}@example.com`)
    const first = createMailbox()
    let isStopping = false
    const send: Transport['send'] = (message, id) => {
      isStopping = true
      return first.send(message, id)
    }
    const stopping = createPostman({
      ...{ outbox: database.outbox, keyring, transport: { ...first, send }, site: mailSite, clock, log, meter },
      isStopping: () => isStopping,
    } as never)
    expect(await stopping.deliver()).toBe(10)
    const second = createMailbox()
    expect(await postman(second).deliver()).toBe(15)
    expect(new Set([...first.letters(), ...second.letters()].map(({ to }) => to)).size).toBe(25)
  })

  test('ten nodes at once: each letter goes out once', async () => {
    const server = await startSmtp()
    closers.push(server.stop)
    for (let count = 0; count < 25; count += 1) await post(`person-${count}@example.com`)
    const handles = [database, place.open(), place.open()]
    const counts = await Promise.all(
      Array.from({ length: 10 }, (_each, index) => postman(smtp(server.port), handles[index % 3]).deliver()),
    )
    expect(counts.reduce((sum, count) => sum + count)).toBe(25)
    expect(new Set(server.received.map(({ to }) => to)).size).toBe(25)
    expect(server.received).toHaveLength(25)
  })

  test('SPEC section 17: a mail server that is down for an hour: nothing is lost, and it is said once', async () => {
    const { port, stop } = await startSmtp()
    await stop()
    await post('ada@example.com', now + 3 * hour)
    const { deliver, isDegraded } = postman(smtp(port))
    for (let minutes = 0; minutes < 60; minutes += 5) {
      expect(await deliver()).toBe(0)
      now += 5 * 60_000
    }
    expect(isDegraded()).toBe(true)
    expect(logged.filter(({ fields }) => fields.alert === 'mail_down')).toHaveLength(1)
    const server = await startSmtp(port)
    closers.push(server.stop)
    now += 15 * 60_000
    expect(await deliver()).toBe(1)
    expect(isDegraded()).toBe(false)
    expect(server.received.map(({ to }) => to)).toEqual(['ada@example.com'])
  })

  test('OPS-7 a clock that jumped gives no letter up: it goes out when the clock is right again', async () => {
    const server = await startSmtp()
    closers.push(server.stop)
    await post('ada@example.com')
    const { deliver } = postman(smtp(server.port))
    now += 40 * 24 * hour
    isSteady = false
    expect(await deliver()).toBe(0)
    expect(logged.filter(({ fields }) => fields.alert === 'mail_expired')).toEqual([])
    now -= 40 * 24 * hour
    isSteady = true
    expect(await deliver()).toBe(1)
  })

  test('a letter that could not be sent in time is given up, with an alert', async () => {
    const { port, stop } = await startSmtp()
    await stop()
    await post('ada@example.com', now + 1_000)
    const { deliver } = postman(smtp(port))
    expect(await deliver()).toBe(0)
    now += hour
    expect(await deliver()).toBe(0)
    expect(logged.filter(({ fields }) => fields.alert === 'mail_expired')).toHaveLength(1)
    expect(await database.outbox.claim({ now: now + hour, leaseMs: 1, limit: 10 })).toEqual([])
  })

  test('an address that the mail server refuses is given up; what it puts off is tried again; others go out', async () => {
    let busy = true
    const server = await startSmtp(0, (to) => {
      if (to.startsWith('gone')) return Object.assign(new Error('no such mailbox'), { responseCode: 550 })
      if (to.startsWith('busy') && busy) return Object.assign(new Error('try later'), { responseCode: 451 })
      return null
    })
    closers.push(server.stop)
    for (const name of ['gone', 'busy', 'fine']) await post(`${name}@example.com`)
    const { deliver, isDegraded } = postman(smtp(server.port))
    expect(await deliver()).toBe(1)
    expect(isDegraded()).toBe(false)
    expect(await heldUpSince(database.outbox, isDegraded())).toBe(null)
    busy = false
    now += firstPauseMs
    expect(await deliver()).toBe(1)
    expect(server.received.map(({ to }) => to)).toEqual(['fine@example.com', 'busy@example.com'])
    now += 10 * hour
    expect(await deliver()).toBe(0)
    expect(logged.map(({ level }) => level)).toEqual(['warn', 'warn'])
    // Each once, when it is over; OPS-5.
    expect(metered.toSorted()).toEqual(['refused', 'sent', 'sent'].map((outcome) => ['letters_total', { outcome }]))
  })

  test('a mail server that puts everybody off takes no letters: one letter says nothing of it, three do', async () => {
    let busy = true
    const later = () => (busy ? Object.assign(new Error('try later'), { responseCode: 450 }) : null)
    const server = await startSmtp(0, later)
    closers.push(server.stop)
    const { deliver, isDegraded } = postman(smtp(server.port))
    const since = now
    await post('ada@example.com')
    for (let tries = 0; tries < 5; tries += 1) {
      await deliver()
      now += 2 * 60_000
    }
    expect([isDegraded(), await heldUpSince(database.outbox, isDegraded())]).toEqual([false, null])
    for (const name of ['bob', 'eve']) await post(`${name}@example.com`)
    expect(await heldUpSince(database.outbox, isDegraded())).toBe(now)
    await deliver()
    expect([isDegraded(), await heldUpSince(database.outbox, isDegraded())]).toEqual([true, since])
    busy = false
    now += 10 * 60_000
    expect(await deliver()).toBe(3)
    expect(isDegraded()).toBe(false)
  })

  test('a node that dies with a letter in its hands: another one sends it when its time is over', async () => {
    await post('ada@example.com')
    // Takes it, and says no more.
    expect(await database.outbox.claim({ now, leaseMs: 120_000, limit: 10 })).toHaveLength(1)
    const mailbox = createMailbox()
    const { deliver } = postman(mailbox)
    expect(await deliver()).toBe(0)
    now += 120_000
    expect(await deliver()).toBe(1)
    expect(mailbox.letters().map(({ to }) => to)).toEqual(['ada@example.com'])
  })

  const never = (responseCode: number) => Object.assign(new Error('never'), { responseCode })
  test.each<[string, SMTPServerOptions]>([
    ['at its greeting', { onConnect: (_session, done) => done(never(554)) }],
    ['our name and password', { authOptional: false, onAuth: (_auth, _session, done) => done(never(550)) }],
    ['the sender', { onMailFrom: (_address, _session, done) => done(never(550)) }],
  ])(
    'SPEC section 17: a mail server that refuses %s for ever: a setting to mend, and no letter is lost',
    async (_what, options) => {
      const wrong = await startSmtp(0, () => null, options)
      await post('ada@example.com')
      const { deliver, isDegraded } = postman(smtp(wrong.port))
      expect(await deliver()).toBe(0)
      expect(isDegraded()).toBe(true)
      await wrong.stop()
      const right = await startSmtp(wrong.port)
      closers.push(right.stop)
      now += firstPauseMs
      expect(await deliver()).toBe(1)
      expect(right.received.map(({ to }) => to)).toEqual(['ada@example.com'])
    },
  )

  test('a mail server that took the letter and says nothing: it is sent again, under the same id, and then no more', async () => {
    let silent = true
    const ids: string[] = []
    const onData: SMTPServerOptions['onData'] = (stream, _session, done) => {
      let data = ''
      stream.on('data', (chunk: Buffer) => {
        data += chunk.toString()
      })
      stream.on('end', () => {
        ids.push(/^Message-ID: (.*)$/im.exec(data)?.[1] ?? '')
        if (!silent) done()
      })
    }
    const server = await startSmtp(0, () => null, { onData, closeTimeout: 1 })
    closers.push(server.stop)
    await post('ada@example.com')
    const url = `smtp://127.0.0.1:${server.port}`
    const { deliver } = postman(createSmtpTransport({ url, from: 'a@b.example', patienceMs: 200 }))
    expect(await deliver()).toBe(0)
    silent = false
    now += firstPauseMs
    expect(await deliver()).toBe(1)
    now += 10 * hour
    expect(await deliver()).toBe(0)
    expect(ids).toHaveLength(2)
    expect(ids[0]).toMatch(/^<.+@127\.0\.0\.1>$/)
    expect(ids[1]).toBe(ids[0])
  })

  test('SIGKILL of a node in the middle of a delivery: another node sends what it held, and nothing that had gone out', async () => {
    let child: ChildProcess | undefined
    const dying = await startSmtp(0, (to) => {
      if (to.startsWith('second')) child?.kill('SIGKILL')
      return null
    })
    closers.push(dying.stop)
    await post('first@example.com')
    expect(await postman(smtp(dying.port)).deliver()).toBe(1)
    await post('second@example.com')
    const program = new URL('./process-that-delivers.suite.ts', import.meta.url).pathname
    const args = ['--conditions=@vigile/source', program, place.kind, place.address, `${dying.port}`, `${now}`]
    child = spawn(process.execPath, args, { stdio: 'ignore' })
    const signal = await new Promise((resolve) => child?.once('close', (_code, killedBy) => resolve(killedBy)))
    expect(signal).toBe('SIGKILL')
    expect(dying.received.map(({ to }) => to)).toEqual(['first@example.com'])
    const server = await startSmtp()
    closers.push(server.stop)
    const { deliver } = postman(smtp(server.port))
    expect(await deliver()).toBe(0)
    // Its lease is over.
    now += 120_000
    expect(await deliver()).toBe(1)
    expect(server.received.map(({ to }) => to)).toEqual(['second@example.com'])
  })

  test('S-90 a stolen database holds no link: letters are sealed, each for itself', async () => {
    await post('ada@example.com')
    await post('bert@example.com')
    const [one, two] = await database.outbox.claim({ now, leaseMs: 1, limit: 10 })
    expect(JSON.stringify([one, two])).not.toMatch(/ada|bert|token|reset-password#/)
    // The seal of one does not fit another.
    const stolen = { ...database.outbox, claim: async () => [{ ...one, sealed: two?.sealed }] } as never
    const mailbox = createMailbox()
    const deps = { outbox: stolen, keyring, transport: mailbox, site: mailSite, clock, log, meter }
    await createPostman(deps as never).deliver()
    expect(mailbox.letters()).toEqual([])
  })
})

describe('a mail server that says nothing', () => {
  let server: Server
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  test('OPS-10 the wait for it has an end, and nothing is lost', async () => {
    server = createServer((socket) => void sockets.push(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const transport = createSmtpTransport({ url: `smtp://127.0.0.1:${port}`, from: 'a@b.example', patienceMs: 200 })
    const message = { to: 'ada@example.com', subject: 'x', text: 'x', html: 'x' }
    await expect(transport.send(message, 'id')).rejects.toThrow()
    transport.close()
  })
})
