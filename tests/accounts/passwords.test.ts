// Passwords over HTTP: what is refused, in whose words, and what is kept of them.
import { createHash, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestVigile } from '@vigile/engine/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds, testSecret } from '../support/site.ts'
import { createVisitor, goodPassword } from '../support/visitor.ts'
import { type OutsideDatabase, openDatabase } from './database.ts'

const by = { kind: 'operator', name: 'test' } as const
const typed = 'Été à Zürich, 1998'
const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

/** Hashes of `typed` as other systems made them, at costs that a test can bear. */
const imported = () => {
  const salt = randomBytes(16)
  const scrypt = scryptSync(typed, salt, 32, { N: 2 ** 10, r: 8, p: 1 })
  const pbkdf2 = pbkdf2Sync(typed, salt, 1_000, 32, 'sha256')
  return {
    bcrypt: '$2b$04$4ArxpNI2u3CVpDhRG3ojUeGWd8WErughcmaudcVh5nFB3dnnvAT7q',
    scrypt: `$scrypt$ln=10,r=8,p=1$${base64(salt)}$${base64(scrypt)}`,
    pbkdf2: `$pbkdf2-sha256$i=1000$${base64(salt)}$${base64(pbkdf2)}`,
    django: `pbkdf2_sha256$1000$salt$${pbkdf2Sync(typed, 'salt', 1_000, 32, 'sha256').toString('base64')}`,
  }
}

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: OutsideDatabase
  beforeAll(async () => {
    site = await openSite(kind, { name: 'Quincaillerie', publicUrl: 'http://localhost:3000' })
    database = await openDatabase(site)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })
  const storedHash = async (email: string) => {
    const [row] = await database.run(`select password_hash from users where email_key = '${email}'`)
    return String(row?.password_hash)
  }

  test('ACC-1 S-24 a password is kept as Argon2id at the parameters of OWASP, and nothing else is kept of it', async () => {
    expect((await site.visitor().signUp('ada@example.com', typed)).status).toBe(201)
    expect(await storedHash('ada@example.com')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    for (const table of ['users', 'sessions', 'audit_entries', 'sign_in_attempts', 'known_devices'])
      expect(JSON.stringify(await database.run(`select * from ${table}`))).not.toContain('Zürich')
    expect(JSON.stringify(site.log)).not.toContain('Zürich')
  })

  test.each(['bcrypt', 'scrypt', 'pbkdf2', 'django'] as const)(
    'ACC-1 an imported hash (%s) signs in, and is Argon2id from then on',
    async (scheme) => {
      const email = `${scheme}@example.com`
      const passwordHash = imported()[scheme]
      expect(await site.vigile.users.create({ email, passwordHash }, by)).toMatchObject({ ok: true })
      expect((await site.visitor().signIn(email, `${typed}!`)).status).toBe(401)
      expect(await storedHash(email)).toBe(passwordHash)
      // A double click: one of the two finds that the other has replaced the hash, and is no less right.
      const ada = site.visitor()
      const [first, second] = await Promise.all([ada.signIn(email, typed), ada.signIn(email, typed)])
      expect([first.status, second.status]).toEqual([200, 200])
      expect(await storedHash(email)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect((await site.visitor().signIn(email, typed)).status).toBe(200)
    },
  )

  test('ACC-1 a hash of other parameters is replaced at sign-in, when the site has changed its own', async () => {
    const { vigile } = createTestVigile({
      publicUrl: site.publicUrl,
      secrets: testSecret,
      database: site.database,
      redis: site.redis,
      role: 'command',
      production: false,
      passwords: { argon2: { memoryKiB: 12_288, iterations: 3 } },
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    })
    const visit = { publicUrl: site.publicUrl, now: Date.now, address: '203.0.113.9' }
    const elsewhere = createVisitor({ vigile: () => vigile, ...visit })
    await site.visitor().signUp('upgraded@example.com')
    expect((await elsewhere.signIn('upgraded@example.com')).status).toBe(200)
    expect(await storedHash('upgraded@example.com')).toMatch(/^\$argon2id\$v=19\$m=12288,t=3,p=1\$/)
    await vigile.close()
    expect((await site.visitor().signIn('upgraded@example.com')).status).toBe(200)
    expect(await storedHash('upgraded@example.com')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  test.each([
    ['under 8 characters', 'Zürich7', 'S-1', 'password_too_short', 'At least 8 characters.', 'Au moins 8 caractères.'],
    ['common', 'Football123456', 'S-6', 'password_common', /one of the most used/, /parmi les plus utilisés/],
    ['the own name', 'M.Lovelace!1', 'S-7', 'password_own_words', /belongs to you/, /vous/],
    ['the name of the site', 'Quincaillerie!', 'S-7', 'password_own_words', /to this site/, /site/],
    ['over 1,024 characters', 'ab c'.repeat(257), 'ACC-2', 'password_too_long', /1024/, /1024/],
  ])('ACC-2 S-1 S-6 S-7 %s: refused at sign-up, with the reason in both languages', async (...row) => {
    const [, password, , code, english, french] = row
    const body = { email: 'lovelace@example.com', password, name: 'Mary Lovelace' }
    for (const [language, message] of [
      ['en', english],
      ['fr', french],
    ] as const) {
      const reply = await site.visitor().post('/api/auth/register', body, { headers: { 'accept-language': language } })
      expect(reply.status).toBe(400)
      expect(reply.headers.get('content-language')).toBe(language)
      expect(reply.body).toMatchObject({ code: 'validation_failed' })
      expect(reply.body.errors).toContainEqual({
        path: 'password',
        code,
        message: message instanceof RegExp ? expect.stringMatching(message) : message,
      })
      expect(reply.text).not.toContain(JSON.stringify(password).slice(1, -1))
    }
  })

  test('S-2 S-3 S-4 S-5 long and plain passwords work, whole, in every letter, in both forms', async () => {
    const long = `${'only small letters and spaces '.repeat(34)}é`
    expect(long.length).toBeGreaterThan(1_000)
    expect((await site.visitor().signUp('long@example.com', long)).status).toBe(201)
    expect((await site.visitor().signIn('long@example.com', long.normalize('NFD'))).status).toBe(200)
    expect((await site.visitor().signIn('long@example.com', long.normalize('NFC'))).status).toBe(200)
    for (const wrong of [
      long.slice(0, -1),
      `${long} `,
      ` ${long}`,
      long.replace('only', 'Only'),
      `${long.slice(0, -1)}e`,
    ])
      expect((await site.visitor().signIn('long@example.com', wrong)).status).toBe(401)
  })

  test('S-10 no password grows old', async () => {
    const ada = site.visitor()
    await ada.signUp('old@example.com')
    site.move(3 * 365 * 86_400_000)
    expect((await ada.signIn('old@example.com')).status).toBe(200)
  })

  test('S-8 a change of password needs the current one, and the same of the new one as at sign-up', async () => {
    const ada = site.visitor()
    await ada.signUp('change@example.com')
    const change = (currentPassword: string, newPassword: string) =>
      ada.post('/api/auth/password/change', { currentPassword, newPassword })
    expect((await change('another-harbour-lantern-42', 'brand-new-harbour-7')).body.code).toBe('invalid_credentials')
    expect((await ada.post('/api/auth/password/change', { newPassword: 'brand-new-harbour-7' })).status).toBe(400)
    expect((await change(goodPassword, 'zürich7')).body.errors).toMatchObject([
      { path: 'newPassword', code: 'password_too_short' },
    ])
    expect((await change(goodPassword, 'change@example.com')).body.errors).toMatchObject([
      { path: 'newPassword', code: 'password_own_words' },
    ])
    const same = await change(goodPassword, goodPassword)
    expect(same.body.errors).toMatchObject([{ path: 'newPassword', code: 'password_unchanged' }])
    // Who does not know the password can't find it out by trying the same twice.
    const guess = await change('not-the-password', 'not-the-password')
    expect([guess.status, guess.body.code]).toEqual([401, 'invalid_credentials'])
    expect((await site.visitor().signIn('change@example.com')).status).toBe(200)
    expect((await change(goodPassword, 'brand-new-harbour-7')).status).toBe(200)
    expect((await site.visitor().signIn('change@example.com')).status).toBe(401)
    expect((await site.visitor().signIn('change@example.com', 'brand-new-harbour-7')).status).toBe(200)
  })

  test('S-14 a fresh install has no account, and no password opens it', async () => {
    const fresh = await openSite(kind)
    expect(await fresh.vigile.users.list({})).toEqual({ users: [], next: null })
    for (const email of ['admin@example.com', 'admin@localhost.localdomain', 'root@example.com'])
      for (const password of ['admin', 'password', 'vigile', 'changeme'])
        expect((await fresh.visitor().signIn(email, password)).status).toBe(401)
    await fresh.close()
  })
})

test('S-1 a site may ask for 15 characters, for new passwords alone', async () => {
  const site = await openSite('embedded', { passwords: { minimumLength: 15 } })
  const passwordHash = '$2b$04$urv78nOp9eiF9TlwoitTfed5xItSMwaIBwhANXOZDFLcIq1PusQNO' // of `short-one`
  await site.vigile.users.create({ email: 'ada@example.com', passwordHash }, by)
  expect((await site.visitor().signIn('ada@example.com', 'short-one')).status).toBe(200)
  const { status, body } = await site.visitor().signUp('eve@example.com', 'harbour-lantern')
  expect(status).toBe(201)
  expect(body.user.email).toBe('eve@example.com')
  expect((await site.visitor().signUp('bob@example.com', 'harbour-lanter')).body.errors).toMatchObject([
    { code: 'password_too_short', message: 'At least 15 characters.' },
  ])
  await site.close()
})

test('ACC-1 what is no hash, damaged, or would cost too much is not imported; nor are hash and password at once', async () => {
  const site = await openSite('embedded')
  const create = (more: object) => site.vigile.users.create({ email: 'ada@example.com', ...more }, by)
  for (const passwordHash of [
    '',
    'hunter2',
    'd41d8cd98f00b204e9800998ecf8427e',
    '$2b$31$'.padEnd(60, 'a'),
    '$2b$10$short',
  ])
    expect(await create({ passwordHash })).toEqual({ ok: false, error: 'invalid_hash' })
  await expect(create({ passwordHash: imported().bcrypt, password: goodPassword })).rejects.toThrow(/not both/)
  expect(await create({ password: 'short' })).toMatchObject({ ok: false, error: 'weak_password' })
  expect(await site.vigile.users.create({ email: 'ada@localhost' }, by)).toEqual({ ok: false, error: 'invalid_email' })
  expect((await site.vigile.users.list({})).users).toEqual([])
  await site.close()
})

describe('the breach service', () => {
  const digest = createHash('sha1').update(goodPassword).digest('hex').toUpperCase()
  const asked: string[] = []
  let answer: 'listed' | 'not listed' | 'silent' | 'broken' = 'listed'
  const service = createServer(({ url = '' }, response) => {
    asked.push(url)
    if (answer === 'silent') return
    const listed = answer === 'listed' && url.endsWith(digest.slice(0, 5)) ? `${digest.slice(5)}:42\r\n` : ''
    response.writeHead(answer === 'broken' ? 500 : 200).end(`${'0'.repeat(35)}:3\r\n${listed}`)
  })
  let site: Site
  beforeAll(async () => {
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    const { port } = service.address() as AddressInfo
    site = await openSite('embedded', { passwords: { breachUrl: `http://127.0.0.1:${port}/range/` } })
  })
  afterAll(async () => {
    await site?.close()
    service.closeAllConnections()
    service.close()
  })
  const warnings = () => site.log.filter(({ message }) => message.startsWith('breach check failed'))

  test('S-6 ACC-2 a breached password is refused, and the service has seen five digits of its hash', async () => {
    answer = 'listed'
    const { status, body } = await site.visitor().signUp('ada@example.com')
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ path: 'password', code: 'password_breached' }])
    expect(asked).toEqual([`/range/${digest.slice(0, 5)}`])
    expect((await site.visitor().signUp('bob@example.com', 'another-harbour-lantern-42')).status).toBe(201)
    // What is too short anyway is not asked for.
    expect((await site.visitor().signUp('eve@example.com', 'short')).status).toBe(400)
    expect(asked).toHaveLength(2)
    expect(warnings()).toEqual([])
  })

  test.each(['broken', 'silent'] as const)(
    'ACC-2 a service that is %s lets the password through, on record in the log',
    async (mode) => {
      answer = mode
      const before = warnings().length
      expect((await site.visitor().signUp(`${mode}@example.com`)).status).toBe(201)
      expect(warnings()).toHaveLength(before + 1)
      expect(JSON.stringify(warnings())).not.toContain(digest.slice(0, 5))
    },
  )

  test('ACC-2 a service that is not there lets the password through', async () => {
    service.closeAllConnections()
    await new Promise((resolve) => service.close(resolve))
    expect((await site.visitor().signUp('gone@example.com')).status).toBe(201)
    expect(warnings().at(-1)).toMatchObject({ level: 'warn', fields: { failure: 'network' } })
  })
})
