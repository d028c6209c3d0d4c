// A restart while letters wait: the mail server was away for an hour, is back, and takes its time.
import { join } from 'node:path'
import { createVigile } from '@vigile/engine'
import { SMTPServer } from 'smtp-server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { deriveKeys } from '../../engine/src/keys/derive.ts'
import { postLetter } from '../../engine/src/mail/post.ts'
import { createOneTimeToken } from '../../engine/src/one-time-tokens/one-time-token.ts'
import { silentLog } from '../../engine/src/primitives/log.ts'
import { openSqlite } from '../../engine/src/stores/sqlite.ts'
import { temporaryFolder } from '../services/place.ts'
import { testSecret } from '../support/site.ts'

const letters = 40
const patience = { timeout: 60_000 }

test('OPS-7 a node that stops ends what it has in hand, not the whole backlog; no letter goes out twice', async () => {
  const folder = await temporaryFolder('backlog')
  onTestFinished(folder.remove)
  const received: string[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      stream.resume()
      stream.on('end', () => {
        received.push(session.envelope.rcptTo[0]?.address ?? '')
        setTimeout(done, 300)
      })
    },
  })
  smtp.on('error', () => {})
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(() => new Promise<void>((resolve) => smtp.close(() => resolve())))
  const address = smtp.server.address()
  const port = typeof address === 'object' && address ? address.port : 0

  const file = join(folder.path, 'vigile.db')
  const database = openSqlite({ file, offset: { ms: 0 }, entryMac: null, log: silentLog, exclusive: false })
  await database.migrate()
  const key = deriveKeys(testSecret)
  const keyring = { newest: () => key }
  const now = Date.now()
  for (let n = 0; n < letters; n += 1) {
    const content = { kind: 'reset_password', token: createOneTimeToken() } as const
    const letter = { to: `person-${n}@example.com`, locale: 'en', content } as const
    await database.transact(({ outbox }) =>
      postLetter({ keyring }, outbox, { kind: 'reset_password', letter, now, expiresAt: now + 3_600_000 }),
    )
  }
  await database.close()

  const start = async () => {
    const vigile = createVigile({
      publicUrl: 'http://localhost:3000',
      secrets: testSecret,
      production: false,
      database: `file:${file}`,
      mail: { url: `smtp://127.0.0.1:${port}`, from: 'Shop <no-reply@shop.example.com>' },
      log: silentLog,
    })
    onTestFinished(() => vigile.close())
    await vigile.ready()
    return vigile
  }
  const first = await start()
  await vi.waitFor(() => expect(received.length).toBeGreaterThan(0), patience)
  await first.close()
  expect(received.length).toBeLessThan(letters)

  await start()
  await vi.waitFor(() => expect(new Set(received).size).toBe(letters), patience)
  expect(received).toHaveLength(letters)
}, 200_000)
