// The doctor at a whole deployment: nginx with the files of ops/nginx, TLS, a server in production, its database.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createVigile, createVouching, describeRoutes, UnknownSecretError } from '@vigile/engine'
import { startServer } from 'vigile'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createAsk } from '../../server/src/doctor/ask.ts'
import { examine } from '../../server/src/doctor/examine.ts'
import { lookInside } from '../../server/src/doctor/look-inside.ts'
import { lookOutside } from '../../server/src/doctor/look-outside.ts'
import { catalogues } from '../../server/src/messages/catalogue.ts'
import { issueCertificate } from '../services/certificate.ts'
import { temporaryFolder } from '../services/place.ts'
import { runProgram } from '../services/process.ts'
import { programPath } from '../services/program-path.ts'
import { freshDatabase } from '../services/run.ts'
import { testSecret } from '../support/site.ts'
import { startMailServer } from '../support/smtp.ts'
import { createVisitor, goodPassword } from '../support/visitor.ts'
import { startDeployedNginx } from './deployed-nginx.ts'

const site = new URL('https://shop.example.com')
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A server in production with these trusted proxies, and all that the doctor does not look at as it should be. */
const deploy = async (trustedProxies: readonly string[]) => {
  const folder = await temporaryFolder('doctor')
  onTestFinished(folder.remove)
  const mail = await startMailServer()
  onTestFinished(mail.stop)
  const options = {
    publicUrl: site.origin,
    secrets: [testSecret],
    database: `file:${join(folder.path, 'vigile.db')}`,
    mail: { url: mail.url },
    production: true,
    trustedProxies,
    log: silent,
  }
  const server = await startServer({ ...options, port: 0, host: '127.0.0.1', metricsPort: 0, drainSeconds: 0 })
  onTestFinished(server.close)
  const vigile = createVigile({ ...options, role: 'command' })
  onTestFinished(vigile.close)
  for (const job of ['backup', 'backup-drill']) await vigile.jobs.note(job, { bytes: 1 })
  await vi.waitFor(async () => expect(await vigile.keys.nodes()).toHaveLength(1), { timeout: 30_000 })
  return { options, vigile, folder: folder.path, port: Number(new URL(server.url).port) }
}

const findingsAt = async (
  { options, vigile }: Awaited<ReturnType<typeof deploy>>,
  url: URL,
  connection?: Parameters<typeof createAsk>[0],
) => {
  const loaded = { config: options, faults: [], unknown: [], sources: {} }
  const inside = await lookInside(loaded, options, [], vigile, 'en')
  const countedFor = async (id: string) => {
    const { entries } = await vigile.audit.search({ action: 'session:sign-in:failed' })
    return entries.find(({ requestId }) => requestId === id)?.ip ?? null
  }
  const outside = await lookOutside({
    ...{ url, ask: createAsk(connection), countedFor, authPath: '/api/auth', signInPath: '/sign-in', metricsPort: 0 },
    credentials: null,
    routes: describeRoutes(options),
    onProgress: () => {},
  })
  return examine({ now: Date.now(), inside, outside }, catalogues.en)
}

type Deployed = Awaited<ReturnType<typeof deploy>>
type Nginx = { readonly daysLeft?: number; readonly isWhole?: boolean; readonly edit?: (files: string) => string }

const behindNginx = async (
  deployed: Deployed,
  { daysLeft = 80, isWhole = true, edit = (files) => files }: Nginx = {},
) => {
  const folder = await temporaryFolder('doctor-tls')
  const { certificate, key, chain, authority } = issueCertificate(folder.path, site.hostname, daysLeft)
  const served = { certificate: isWhole ? chain : certificate, key }
  const nginx = await startDeployedNginx([deployed.port, deployed.port], { certificate: served, edit })
  const ca = readFileSync(authority)
  try {
    return await findingsAt(deployed, site, ({ protocol }) => ({
      hostname: '127.0.0.1',
      port: protocol === 'https:' ? nginx.port : nginx.plainPort,
      servername: site.hostname,
      ca,
    }))
  } finally {
    await nginx.stop()
    await folder.remove()
  }
}
const wrongIn = (findings: Awaited<ReturnType<typeof findingsAt>>) =>
  findings.filter(({ status }) => status !== 'pass').map(({ check, status, text }) => `${status} ${check}: ${text}`)

test('OPS-3 LIM-2 behind nginx with TLS: what is sound passes; a proxy that is not trusted is counted for everybody', async () => {
  const findings = await behindNginx(await deploy(['127.0.0.1']))
  expect(wrongIn(findings)).toEqual([])
  expect(new Set(findings.map(({ check }) => check)).size).toBe(16)
  expect(wrongIn(await behindNginx(await deploy([])))).toEqual([expect.stringMatching(/^fail proxy: .*127\.0\.0\.1/)])
}, 60_000)

const oldTls = (files: string) =>
  files
    .replaceAll(/ssl_protocols .*;/g, 'ssl_protocols TLSv1 TLSv1.1 TLSv1.2;\n  ssl_ciphers DEFAULT@SECLEVEL=0;')
    .replace(/ssl_ciphers ECDHE\S+;/, '')
const withoutHsts = (files: string) => files.replace(/add_header Strict-Transport-Security .*;/, '')
const notForced = (files: string) =>
  files.replace('return 308 https://shop.example.com$request_uri;', 'location / { proxy_pass http://vigile; }')
const unsafe = (files: string) =>
  files.replace(
    'location / {',
    `location / {\n    proxy_hide_header Content-Security-Policy;\n    add_header Content-Security-Policy "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'" always;\n    add_header Strict-Transport-Security "max-age=63072000" always;\n    proxy_cookie_flags ~ nosecure;`,
  )

test('OPS-3 what nginx, its certificate and its files may get wrong', async () => {
  const deployed = await deploy(['127.0.0.1'])
  const at = async (nginx: Nginx) => wrongIn(await behindNginx(deployed, nginx))
  expect(await at({ edit: oldTls })).toEqual(['fail transport: TLS 1.1 or older is taken'])
  expect(await at({ edit: withoutHsts })).toEqual(['fail transport: no Strict-Transport-Security'])
  expect(await at({ edit: notForced })).toEqual([
    expect.stringMatching(/^fail transport: plain HTTP answers \d+ and does not lead/),
  ])
  expect(await at({ edit: unsafe })).toEqual([
    expect.stringMatching(/^fail cookies: .* without Secure/),
    expect.stringMatching(/^fail headers: .*unsafe-inline/),
  ])
  expect(await at({ daysLeft: 20 })).toEqual([
    expect.stringMatching(/^warn transport: the certificate ends in (19|20) days/),
  ])
  expect(await at({ daysLeft: 2 })).toEqual([
    expect.stringMatching(/^fail transport: the certificate ends in (1 day|2 days)/),
  ])
}, 120_000)

test('OPS-3 a certificate that is over, and a chain without its middle, are said with what to do', async () => {
  const deployed = await deploy(['127.0.0.1'])
  const at = async (nginx: Nginx) => (await behindNginx(deployed, nginx)).find(({ check }) => check === 'transport')
  expect(await at({ daysLeft: -1 })).toMatchObject({ status: 'fail', todo: expect.stringMatching(/^renew/) })
  expect(await at({ isWhole: false })).toMatchObject({ status: 'fail', todo: expect.stringMatching(/intermediate/) })
}, 60_000)

describe.each(['sqlite', 'postgres'] as const)('on %s', (kind) => {
  test('OPS-3 TOK-9 a secret that was dropped while a session lives under it', async () => {
    const folder = await temporaryFolder('doctor-secret')
    onTestFinished(folder.remove)
    const database = kind === 'sqlite' ? `file:${join(folder.path, 'vigile.db')}` : await freshDatabase()
    const [first, second] = [testSecret, testSecret.split('').reverse().join('')]
    const open = (secrets: readonly string[], role?: 'command') => {
      const options = {
        publicUrl: site.origin,
        secrets,
        database,
        production: true,
        log: silent,
        ...(role && { role }),
      }
      const vigile = createVigile(options)
      onTestFinished(vigile.close)
      return { options, vigile }
    }
    const server = open([first])
    await server.vigile.migrate()
    const visitor = createVisitor({
      vigile: () => server.vigile,
      publicUrl: site.origin,
      now: Date.now,
      address: '192.0.2.1',
    })
    const ada = { email: 'ada@example.com', password: goodPassword, emailVerified: true }
    await server.vigile.users.create(ada, { kind: 'operator', name: 'test' })
    expect((await visitor.signIn(ada.email)).status).toBe(200)
    const secretsFound = async (secrets: readonly string[]) => {
      const { options, vigile } = open(secrets, 'command')
      const loaded = { config: options, faults: [], unknown: [], sources: {} }
      const inside = await lookInside(loaded, options, [], vigile, 'en')
      return examine({ now: Date.now(), inside, outside: null }, catalogues.en).filter(
        ({ check }) => check === 'secrets',
      )
    }
    expect(await secretsFound([second, first])).toMatchObject([
      { status: 'warn', text: expect.stringContaining('lacks the newest secret') },
    ])
    const [id] = await createVouching([first]).keyIds()
    expect(await secretsFound([second])).toMatchObject([
      { status: 'fail', text: `a secret that sessions may still be under is not in VIGILE_SECRET (id ${id})` },
    ])
  }, 60_000)
})

test('OPS-3 LIM-2 whoever asks is trusted like a proxy: what a forged address does can’t be seen from here', async () => {
  const deployed = await deploy(['127.0.0.0/8'])
  const findings = await findingsAt(deployed, new URL(`http://127.0.0.1:${deployed.port}`))
  expect(findings.filter(({ check }) => check === 'proxy')).toMatchObject([{ status: 'warn' }])
  expect(findings.find(({ check }) => check === 'proxy')?.text).toContain('127.0.0.1')
}, 60_000)

test('OPS-3 a mail server and a place of backups that are away say nothing of the database, and each says so itself', async () => {
  const deployed = await deploy(['127.0.0.1'])
  const options = { ...deployed.options, mail: { url: 'smtp://127.0.0.1:1' }, role: 'command' as const }
  const vigile = createVigile(options)
  onTestFinished(vigile.close)
  const file = join(deployed.folder, 'a-file')
  await writeFile(file, '')
  const loaded = { config: { ...options, backup: { to: file } }, faults: [], unknown: [], sources: {} }
  const inside = await lookInside(loaded, options, [], vigile, 'en')
  const findings = examine({ now: Date.now(), inside, outside: null }, catalogues.en)
  const of = (name: string) => findings.filter(({ check }) => check === name)
  expect(of('database')).toMatchObject([{ status: 'pass' }])
  expect(of('backups')).toContainEqual(
    expect.objectContaining({ status: 'fail', text: expect.stringMatching(/place/) }),
  )
  expect(of('mail')).toMatchObject([{ status: 'fail', text: expect.stringMatching(/ECONNREFUSED|connect/) }])
}, 60_000)

test('OPS-3 TOK-9 another secret than the nodes have: that is said, nothing is written, and no rotation is advised', async () => {
  const deployed = await deploy(['127.0.0.1'])
  const options = { ...deployed.options, secrets: [testSecret.split('').reverse().join('')], role: 'command' as const }
  const vigile = createVigile(options)
  onTestFinished(vigile.close)
  const before = await deployed.vigile.keys.list()
  const loaded = { config: options, faults: [], unknown: [], sources: {} }
  const inside = await lookInside(loaded, options, [], vigile, 'en')
  const findings = examine({ now: Date.now(), inside, outside: null }, catalogues.en)
  expect(findings.filter(({ check }) => check === 'secrets')).toMatchObject([{ status: 'fail' }])
  expect(findings.filter(({ check }) => check === 'database')).toMatchObject([{ status: 'pass' }])
  expect(findings.filter(({ check }) => check === 'signing_key')).toEqual([])
  await expect(vigile.keys.list()).rejects.toThrow(UnknownSecretError)
  expect(await deployed.vigile.keys.list()).toEqual(before)
}, 60_000)

/** All that testssl.sh knows takes minutes (`npm run test:long`); protocols and the order of ciphers are what configurations get wrong. */
const scans = process.env.VIGILE_TLS_SCAN === 'whole' ? [] : ['--protocols', '--server-preference']

test('OPS-3 OPS-9 testssl.sh finds nothing grave at nginx with the files of ops/nginx', async () => {
  const { port } = await deploy(['127.0.0.1'])
  const folder = await temporaryFolder('testssl')
  onTestFinished(folder.remove)
  const { chain, key, authority } = issueCertificate(folder.path, 'localhost')
  const nginx = await startDeployedNginx([port, port], {
    certificate: { certificate: chain, key },
    edit: (files) => files.replaceAll('shop.example.com', 'localhost'),
  })
  onTestFinished(nginx.stop)
  const report = join(folder.path, 'report.json')
  const how = ['--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none', '--ip', '127.0.0.1']
  const args = [...how, '--add-ca', authority, '--jsonfile', report, ...scans, `localhost:${nginx.port}`]
  // Its exit code counts what is not grave, too.
  await runProgram({ command: programPath('testssl'), args }).catch(() => {})
  const found = JSON.parse(readFileSync(report, 'utf8')) as { id: string; severity: string; finding: string }[]
  // It came to its end, and saw what is there.
  expect(found).toContainEqual(expect.objectContaining({ id: 'TLS1_3', severity: 'OK' }))
  expect(found).toContainEqual(expect.objectContaining({ id: 'cipher_order', severity: 'OK' }))
  expect(found.filter(({ severity }) => ['HIGH', 'CRITICAL', 'FATAL'].includes(severity))).toEqual([])
}, 900_000)
