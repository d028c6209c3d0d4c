// Someone reads the logs, the database or Redis: nothing in them opens anything (AUD-2, S-90).
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { inspect } from 'node:util'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { openSite, type Site, storeKinds, testSecret } from '../support/site.ts'
import { codeAt, stepMs } from '../support/totp.ts'
import type { Reply, Visitor } from '../support/visitor.ts'

const passwords = {
  first: 'first-quiet-harbour-lantern-1',
  second: 'second-quiet-harbour-lantern-2',
  wrong: 'wrong-quiet-harbour-lantern-3',
  common: 'Password123',
}

/** Every endpoint, with what succeeds and what is refused; gives every secret that crossed the wire. */
const useEverything = async (site: Site): Promise<readonly string[]> => {
  const secrets = new Set<string>([testSecret, ...Object.values(passwords)])
  let accessToken = ''
  const keep = (reply: Reply) => {
    for (const line of reply.setCookies) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
      // The hint says 1, and is no secret.
      if (!name.endsWith('_hint') && value) secrets.add(value)
    }
    accessToken = reply.body?.accessToken ?? accessToken
    if (accessToken) secrets.add(accessToken)
    if (reply.body?.csrfToken) secrets.add(reply.body.csrfToken)
    return reply
  }
  const all = async (...asked: readonly (() => Promise<Reply>)[]) => {
    for (const ask of asked) keep(await ask())
  }
  const visitor = site.visitor()
  const other = site.visitor()
  const email = 'ada@example.com'
  /** In body delivery the token of the answer before; in cookie delivery the cookie. */
  const bearer = () => (accessToken ? { headers: { authorization: `Bearer ${accessToken}` } } : {})
  const change = (currentPassword: string, newPassword: string) =>
    visitor.post('/api/auth/password/change', { currentPassword, newPassword }, bearer())
  const end = (one: Visitor) => visitor.send('DELETE', `/api/auth/sessions/${one.cookie('refresh')?.split('.')[2]}`)
  await all(
    () => visitor.signUp(email, passwords.common),
    () => visitor.signUp(email, passwords.first),
    () => site.visitor().signUp(email, passwords.second),
    () => other.signIn(email, passwords.wrong),
    () => other.signIn(email, passwords.first),
    () => visitor.me(),
    () => visitor.get('/api/auth/csrf'),
    () => visitor.ack(),
  )
  site.move(61 * 60_000)
  await all(
    () => visitor.refresh(),
    () => visitor.refresh({ retry: 'a'.repeat(16) }),
    () => visitor.ack(),
    () => visitor.get('/api/auth/sessions'),
    () => visitor.get('/api/auth/me', bearer()),
    () => visitor.get(`/api/auth/me?token=${visitor.cookie('access')}`),
    () => visitor.refresh({}, { cookie: `vigile_refresh=${visitor.cookie('refresh')}x` }),
    () => visitor.refresh({}, { csrf: `${visitor.cookie('csrf')}x` }),
    () => visitor.refresh({}, { csrf: null }),
    () => visitor.post(`/api/auth/login?password=${passwords.first}`, { email, password: passwords.first }),
    () => visitor.post('/api/auth/login', { email: passwords.first, password: passwords.first }),
    () => visitor.post('/api/auth/login', undefined, { raw: `{"email":"${email}","password":"${passwords.first}"` }),
    () => visitor.get('/api/auth/continue?returnTo=/x'),
    () => visitor.get('/api/auth/nowhere'),
    () => visitor.signIn(email, passwords.first),
    () => change(passwords.wrong, passwords.second),
    () => change(passwords.first, passwords.common),
    () => change(passwords.first, passwords.second),
    () => visitor.signIn(email, passwords.second),
    () => visitor.ack(),
  )
  // A thief with the old jar, so that reuse is found and recorded.
  const thief = site.visitor()
  thief.jar.restore(visitor.jar.snapshot())
  for (let hour = 0; hour < 2; hour += 1) {
    site.move(61 * 60_000)
    await all(
      () => visitor.refresh(),
      () => visitor.ack(),
    )
  }
  const { body } = await thief.refresh()
  await all(
    () => thief.refresh({ retry: body.fingerprint }),
    () => visitor.me(),
    () => visitor.signIn(email, passwords.second),
    () => other.signIn(email, passwords.second),
    () => end(other),
    () => visitor.post('/api/auth/logout', {}),
    () => other.signIn(email, passwords.second),
    () => other.post('/api/auth/logout-all', {}),
  )
  await useSecondFactor(site, { keep, bearer, secrets })
  for (let attempt = 0; attempt < 12; attempt += 1)
    await all(() => site.visitor('192.0.2.9').signIn(email, passwords.wrong))
  for (const { path } of site.vigile.routes()) await visitor.get(path)
  return [...secrets]
}

/** The secret of an app, recovery codes as they are shown and as they are typed, cookies of sign-ins that wait. */
const useSecondFactor = async (
  site: Site,
  {
    keep,
    bearer,
    secrets,
  }: { keep: (reply: Reply) => Reply; bearer: () => { headers?: Record<string, string> }; secrets: Set<string> },
) => {
  const email = 'carl@example.com'
  const owner = site.visitor()
  keep(await owner.signUp(email, passwords.first))
  const own = bearer()
  const { secret } = keep(await owner.post('/api/auth/factors/totp', undefined, own)).body
  secrets.add(secret)
  const keepCodes = (reply: Reply): readonly string[] => {
    const codes: readonly string[] = keep(reply).body.recoveryCodes
    for (const code of codes) secrets.add(code).add(code.replaceAll('-', ''))
    return codes
  }
  await owner.post('/api/auth/factors/totp/confirm', { code: '000000' }, own)
  const code = codeAt(secret, site.now())
  const [first = ''] = keepCodes(await owner.post('/api/auth/factors/totp/confirm', { code }, own))
  const renewed = keepCodes(await owner.post('/api/auth/factors/recovery-codes', undefined, own))
  keep(await owner.get('/api/auth/factors', own))
  const pass = (who: Visitor, method: string, given: string) =>
    who.post('/api/auth/second-factor', { method, code: given })
  site.move(stepMs)
  for (const [method, given] of [
    ['totp', codeAt(secret, site.now())],
    ['recovery_code', first],
    ['recovery_code', renewed[1] ?? ''],
  ] as const) {
    const who = site.visitor()
    keep(await who.signIn(email, passwords.first))
    expect(who.cookie('pending')).toBeDefined()
    keep(await who.get('/api/auth/second-factor'))
    keep(await pass(who, 'totp', '000000'))
    keep(await pass(who, method, given))
  }
}

/** A secret as it is, in the encodings of machines, and the part of a token that can't be guessed. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
  ...(secret.includes('.') ? [secret.split('.').at(-1) ?? secret] : []),
]

const found = (where: string, secrets: readonly string[]) =>
  secrets.filter((secret) => formsOf(secret).some((form) => where.includes(form)))

const logOf = (site: Site) =>
  inspect(site.log, { depth: 12, maxArrayLength: null, maxStringLength: null, showHidden: true })

/** Everything in Redis: every key with its value. */
const redisOf = async (url: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const ask = async (command: string) => {
    socket.write(`${command}\r\n`)
    return String((await once(socket, 'data'))[0])
  }
  const keys = (await ask('KEYS *')).split('\r\n').filter((line) => line !== '' && !/^[*$]/.test(line))
  const values: string[] = []
  for (const key of keys) values.push(await ask(`GET "${key}"`))
  socket.destroy()
  return [...keys, ...values].join('\n')
}

describe.each(storeKinds)('on %s', (kind) => {
  test.each(['cookie', 'body'] as const)(
    'AUD-2 S-90 no password, token or cookie is kept or logged in clear: %s delivery',
    async (delivery) => {
      const site = await openSite(kind, { delivery })
      const secrets = await useEverything(site)
      expect(secrets.length).toBeGreaterThan(25)

      const log = logOf(site)
      expect(log).toContain("message: 'request'")
      expect(found(log, secrets)).toEqual([])

      const rows = await dump(site)
      expect(rows.audit_entries?.length).toBeGreaterThan(15)
      expect(rows.sessions?.length).toBeGreaterThan(3)
      expect(found(inspect(rows, { depth: 12, maxArrayLength: null, maxStringLength: null }), secrets)).toEqual([])

      if (site.redis) {
        const redis = await redisOf(site.redis)
        expect(redis).toContain('vigile:limit')
        expect(found(redis, secrets)).toEqual([])
        expect(redis).not.toContain('ada@example.com')
      } else {
        // What was deleted may still be in the pages of the file.
        const folder = dirname(site.database.slice(5))
        for (const name of await readdir(folder))
          expect([name, found((await readFile(join(folder, name))).toString('latin1'), secrets)]).toEqual([name, []])
      }
      await site.close()
    },
  )

  test('AUD-2 S-90 what fails in the middle of a sign-in tells the log nothing of it either', async () => {
    const site = await openSite(kind)
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com', passwords.first)
    await breakTable(site.database)
    const replies = [
      await visitor.signIn('ada@example.com', passwords.first),
      await visitor.signUp('bob@example.com', passwords.second),
      await visitor.refresh(),
    ]
    // PostgreSQL says that its table is gone; SQLite has one code for all that is wrong with a statement.
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([kind === 'embedded' ? 500 : 503]))
    const faults = site.log.filter(({ level }) => level === 'error')
    expect(faults).toHaveLength(3)
    const cookies = visitor.jar.all().flatMap(({ name, value }) => (name.endsWith('_hint') ? [] : [value]))
    expect(found(logOf(site), [...Object.values(passwords), ...cookies, testSecret])).toEqual([])
    await site.close()
  })
})

/** Every statement on sessions fails from now on, with an error of the database’s own. */
const breakTable = async (database: string) => {
  const statement = 'alter table sessions rename to sessions_gone'
  if (database.startsWith('file:')) {
    const file = new DatabaseSync(database.slice(5))
    file.exec(statement)
    file.close()
    return
  }
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  await client.query(statement)
  await client.end()
}

test('AUD-2 what is on record of the run: who, what, from where, when', async () => {
  const site = await openSite('embedded')
  await useEverything(site)
  const entries = (await dump(site)).audit_entries ?? []
  const actions = new Set(entries.map(({ action }) => action))
  for (const action of [
    'user:sign-up',
    'user:sign-up:failed',
    'session:sign-in',
    'session:sign-in:failed',
    'session:end',
    'session:reuse',
    'user:password-change',
    'user:password-change:failed',
  ])
    expect([...actions]).toContain(action)
  for (const entry of entries) {
    expect(entry.ip).toMatch(/^(198\.51|192\.0)\./)
    expect(entry.request_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(entry.user_agent).toContain('Firefox')
    expect(Number(entry.at)).toBeGreaterThan(1_600_000_000_000)
    expect(site.log.some(({ fields }) => fields.requestId === entry.request_id)).toBe(true)
  }
  const reasons = entries.map(({ details }) => JSON.parse(String(details)).reason)
  expect(reasons).toEqual(
    expect.arrayContaining(['wrong_password', 'email_taken', 'limited', 'replaced', 'signed_out']),
  )
  await site.close()
})
