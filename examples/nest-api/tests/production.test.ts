// The second configuration: production, behind nginx with the files of ops/nginx and TLS, on PostgreSQL and Redis.
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type DeployedNginx, startDeployedNginx } from '../../../tests/operations/deployed-nginx.ts'
import { issueCertificate } from '../../../tests/services/certificate.ts'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { type Folder, freePort, temporaryFolder } from '../../../tests/services/place.ts'
import { startRedis } from '../../../tests/services/redis.ts'
import { freshDatabase } from '../../../tests/services/run.ts'
import { endIdleConnections } from '../../../tests/support/idle-connections.ts'
import { createUser, vigile } from '../../../tests/support/operator.ts'
import { type MailServer, startMailServer } from '../../../tests/support/smtp.ts'
import { goodPassword } from '../../../tests/support/visitor.ts'
import { type Ledger, minute, startLedger } from './ledger.suite.ts'

const patience = { timeout: 30_000, interval: 100 }

let folder: Folder
let redis: Awaited<ReturnType<typeof startRedis>>
let mail: MailServer
let nginx: DeployedNginx
let ledger: Ledger
let browser: Chromium
let env: Record<string, string>
let url: string

beforeAll(async () => {
  folder = await temporaryFolder('ledger-production')
  const { chain, key, authority } = issueCertificate(folder.path, 'localhost', 80)
  const port = await freePort()
  ;[redis, mail] = await Promise.all([startRedis(), startMailServer()])
  nginx = await startDeployedNginx([port, port], {
    certificate: { certificate: chain, key },
    edit: (files, listening) =>
      files
        .replace('https://shop.example.com$request_uri', `https://localhost:${listening}$request_uri`)
        .replaceAll('server_name shop.example.com', 'server_name localhost'),
  })
  url = `https://localhost:${nginx.port}`
  env = {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    VIGILE_PUBLIC_URL: url,
    VIGILE_TRUSTED_PROXIES: '127.0.0.1',
    DATABASE_URL: await freshDatabase(),
    REDIS_URL: redis.url,
    SMTP_URL: mail.url,
    VIGILE_BACKUP_TO: join(folder.path, 'backups'),
    VIGILE_BACKUP_KEY: 'plain',
    // What a real certificate needs no word for.
    NODE_EXTRA_CA_CERTS: authority,
  }
  ledger = await startLedger({ port, env })
  browser = await launchChromium(undefined, { ignoreHTTPSErrors: true } as object)
})
afterAll(async () => {
  await browser?.stop()
  await ledger?.stop()
  await nginx?.stop()
  await Promise.all([redis?.stop(), mail?.stop()])
  await folder?.remove()
})

const signIn = async (email: string, password = goodPassword) => {
  await browser.context.clearCookies()
  const page = await browser.context.newPage()
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'New invoice' }).waitFor()
  return page
}

test('SYS-A 1 COOK-1 COOK-2 COOK-3 COOK-4 COOK-5 in production: strict, Secure, with prefixes, as Chromium keeps them', async () => {
  await createUser('nest-api', env, 'ada@ledger.example')
  await signIn('ada@ledger.example')
  const kept = (await browser.context.cookies()).map(({ name, path, httpOnly, secure, sameSite }) =>
    [name, path, sameSite, ...(httpOnly ? ['HttpOnly'] : []), ...(secure ? ['Secure'] : [])].join(' '),
  )
  expect(kept.toSorted()).toEqual([
    '__Host-ledger_access / Strict HttpOnly Secure',
    '__Host-ledger_csrf / Strict Secure',
    '__Host-ledger_hint / Lax Secure',
    '__Secure-ledger_device /api/auth Strict HttpOnly Secure',
    '__Secure-ledger_refresh /api/auth Strict HttpOnly Secure',
  ])
})

test('SYS-A 2 3 TOK-3 TOK-5 expiry is unseen on PostgreSQL and Redis too; after sign-out the copied token is refused', async () => {
  await createUser('nest-api', env, 'grace@ledger.example')
  const page = await signIn('grace@ledger.example')
  ledger.moveClock(16 * minute)
  await page.reload()
  await page.getByRole('button', { name: 'New invoice' }).waitFor()
  const [access] = (await browser.context.cookies()).filter(({ name }) => name === '__Host-ledger_access')
  const status = async () => {
    const headers = { cookie: `__Host-ledger_access=${access?.value}` }
    return (await fetch(`${ledger.url}/api/invoices`, { headers })).status
  }
  expect(await status()).toBe(200)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL('**/sign-in')
  expect(await status()).toBe(401)
  // The commands below go by the machine's clock.
  ledger.moveClock(-16 * minute)
})

test('SYS-A 8 OPS-9 COOK-2 HDR-1 nothing is served by plain HTTP, and HTTPS is remembered for two years', async () => {
  const [status, location] = await new Promise<[number | undefined, string | undefined]>((resolve, reject) => {
    const to = { host: '127.0.0.1', port: nginx.plainPort, path: '/sign-in?a=b', headers: { host: 'localhost' } }
    request(to, (reply) => resolve([reply.resume().statusCode, reply.headers.location]))
      .on('error', reject)
      .end()
  })
  expect([status, location]).toEqual([308, `${url}/sign-in?a=b`])
  for (const path of ['/', '/api/invoices', '/api/auth/me']) {
    const answer = await browser.context.request.get(`${url}${path}`)
    expect(answer.headers()['strict-transport-security'], path).toBe('max-age=63072000; includeSubDomains')
  }
})

test.each([
  ['a secret that is an example', { VIGILE_SECRET: 'changeme' }, /VIGILE_SECRET: /],
  ['no secret', { VIGILE_SECRET: '' }, /VIGILE_SECRET: /],
  [
    'a public URL without TLS',
    { VIGILE_PUBLIC_URL: 'http://ledger.example.com' },
    /VIGILE_PUBLIC_URL: it is plain http/,
  ],
])('SYS-A 9 OPS-1 COOK-2 production does not start with %s', async (_, more, said) => {
  const database = `file:${join(folder.path, 'never.db')}`
  await expect(startLedger({ env: { ...env, DATABASE_URL: database, ...more } })).rejects.toThrow(said)
})

/** The link of a letter to somebody; its lines are folded as quoted-printable folds them. */
const linkTo = (path: string, email: string) =>
  vi.waitFor(() => {
    const contents = mail.received
      .filter(({ to }) => to === email)
      .map(({ content }) => content.replaceAll('=\r\n', ''))
    const link = contents.map((content) => new RegExp(`${url}${path}#[\\w-]+`).exec(content)?.[0]).find(Boolean)
    if (!link) throw new Error(`no letter to ${email} with ${path}`)
    return link
  }, patience)

test('SYS-A 10 ACC-8 ACC-4 TOK-5 a sign-in from a new browser is written to its owner, who ends it and chooses a new password', async () => {
  const email = 'mary@ledger.example'
  await createUser('nest-api', env, email)
  await signIn(email)
  const thief = await signIn(email)
  const page = await browser.context.newPage()
  await page.goto(await linkTo('/not-me', email))
  await page.getByRole('button', { name: 'It was not me' }).click()
  await page.getByText('Your account is safe').waitFor()
  await thief.reload()
  await thief.waitForURL('**/sign-in')
  await page.goto(await linkTo('/reset-password', email))
  await page.getByLabel('New password').fill('another-quiet-harbour-7')
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('Your password is changed').waitFor()
  await signIn(email, 'another-quiet-harbour-7')
})

test('SYS-A 10 RES-3 PostgreSQL ends idle connections: Ledger goes on', async () => {
  await createUser('nest-api', env, 'idle@ledger.example')
  const page = await signIn('idle@ledger.example')
  await endIdleConnections(ledger.databaseUrl)
  await expect
    .poll(
      () =>
        page.evaluate(() =>
          fetch('/api/invoices').then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      patience,
    )
    .toBe(200)
})

test('SYS-A 10 AUD-2 every refusal is on record with the address that nginx saw, in a chain that is whole', async () => {
  const login = { email: 'ada@ledger.example', password: 'not-the-password' }
  const headers = { origin: url, 'x-forwarded-for': '203.0.113.9' }
  expect((await browser.context.request.post(`${url}/api/auth/login`, { data: login, headers })).status()).toBe(401)
  const exported = await vigile('nest-api', env, ['audit', 'export', '--format', 'jsonl'])
  expect(exported).toMatch(/session:sign-in:failed.*"ip":"127\.0\.0\.1"/)
  expect(exported).not.toMatch(/203\.0\.113\.9/)
  expect(exported).not.toMatch(/not-the-password/)
  expect(JSON.parse(await vigile('nest-api', env, ['audit', 'verify', '--json']))).toMatchObject({ ok: true })
})

test('SYS-A 10 OPS-3 OPS-8 the doctor finds nothing: backup taken and proven, every check passed', async () => {
  await vigile('nest-api', env, ['backup'])
  await vigile('nest-api', env, ['backup', 'drill'])
  const { findings } = JSON.parse(await vigile('nest-api', env, ['doctor', '--json'])) as {
    findings: { check: string; status: string; text: string }[]
  }
  expect(findings.filter(({ status }) => status !== 'pass')).toEqual([])
  expect(new Set(findings.map(({ check }) => check)).size).toBe(16)
})
