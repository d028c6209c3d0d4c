// SPEC section 17, mail: whatever the mail server does, nobody waits for it, and what was written arrives once it is back.
import { createServer, type Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** Takes connections and says nothing; `refuses`: ends each at once. */
const startDeaf = async (refuses: boolean): Promise<{ readonly port: number; stop(): Promise<void> }> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (refuses) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const stop = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    })
  return { port: typeof address === 'object' && address ? address.port : 0, stop }
}

const startSmtp = async (port: number): Promise<readonly string[]> => {
  const received: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      stream.resume()
      stream.on('end', () => {
        received.push(session.envelope.rcptTo[0]?.address ?? '')
        done()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return received
}

describe.each(storeKinds)('on %s', (kind) => {
  test.each([
    ['hangs', false],
    ['drops every connection', true],
  ])(
    'SPEC section 17: a mail server that %s: sign-up, sign-in and changes go on, ready says degraded; all letters arrive when it is back',
    async (_what, refuses) => {
      const deaf = await startDeaf(refuses)
      const site: Site = await openSite(kind, {
        mail: { url: `smtp://127.0.0.1:${deaf.port}`, from: 'Shop <no-reply@shop.example.com>' },
        accounts: { verifyEmail: false },
      })
      closers.push(site.close)
      const ada = site.visitor()
      expect((await ada.signUp('ada@example.com')).status).toBe(201)
      expect((await site.visitor().signIn('ada@example.com')).status).toBe(200)
      const passwords = { currentPassword: goodPassword, newPassword: 'brand-new-harbour-7' }
      expect((await ada.post('/api/auth/password/change', passwords)).status).toBe(200)
      expect((await ada.post('/api/auth/magic-link', { email: 'ada@example.com' })).status).toBe(202)
      expect((await ada.refresh()).status).toBe(200)
      await expect.poll(async () => (await ada.get('/health/ready')).body.status, { timeout: 60_000 }).toBe('degraded')
      expect((await ada.get('/health/ready')).status).toBe(200)

      await deaf.stop()
      const received = await startSmtp(deaf.port)
      // Past every pause and lease; the two notices are of use for three days, the link for ten minutes.
      site.move(5 * 60_000)
      await expect.poll(() => received.length, { timeout: 60_000 }).toBe(3)
      expect(new Set(received)).toEqual(new Set(['ada@example.com']))
      await expect.poll(async () => (await ada.get('/health/ready')).body.status, { timeout: 60_000 }).toBe('ok')
    },
  )
})
