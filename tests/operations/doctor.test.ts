// The doctor at a whole deployment: nginx with the files of ops/nginx, TLS, a server in production, its database.
import { join } from 'node:path'
import { createVigile, describeRoutes } from '@vigile/engine'
import { startServer } from 'vigile'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createAsk } from '../../server/src/doctor/ask.ts'
import { examine } from '../../server/src/doctor/examine.ts'
import { lookInside } from '../../server/src/doctor/look-inside.ts'
import { lookOutside } from '../../server/src/doctor/look-outside.ts'
import { catalogues } from '../../server/src/messages/catalogue.ts'
import { temporaryFolder } from '../services/place.ts'
import { testSecret } from '../support/site.ts'
import { startDeployedNginx } from './deployed-nginx.ts'

const site = new URL('https://shop.example.com')
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** A server in production with these trusted proxies, and all that the doctor does not look at as it should be. */
const deploy = async (trustedProxies: readonly string[]) => {
  const folder = await temporaryFolder('doctor')
  onTestFinished(folder.remove)
  const options = {
    publicUrl: site.origin,
    secrets: [testSecret],
    database: `file:${join(folder.path, 'vigile.db')}`,
    mail: { url: 'smtp://127.0.0.1:1' },
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
  return { options, vigile, port: Number(new URL(server.url).port) }
}

const findingsAt = async (
  { options, vigile }: Awaited<ReturnType<typeof deploy>>,
  url: URL,
  connection?: Parameters<typeof createAsk>[0],
) => {
  const loaded = { config: options, faults: [], unknown: [], sources: {} }
  const inside = await lookInside(loaded, options, [], vigile)
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

const behindNginx = async (trustedProxies: readonly string[]) => {
  const deployed = await deploy(trustedProxies)
  const nginx = await startDeployedNginx([deployed.port, deployed.port])
  onTestFinished(nginx.stop)
  return findingsAt(deployed, site, ({ protocol }) => ({
    hostname: '127.0.0.1',
    port: protocol === 'https:' ? nginx.port : nginx.plainPort,
    servername: site.hostname,
    rejectUnauthorized: false,
  }))
}

test('OPS-3 a sound deployment behind nginx with TLS passes every check', async () => {
  const findings = await behindNginx(['127.0.0.1'])
  expect(findings.filter(({ status }) => status !== 'pass')).toEqual([])
  expect(new Set(findings.map(({ check }) => check)).size).toBe(16)
}, 60_000)

test('OPS-3 LIM-2 a proxy that is not trusted: limits count it for everybody', async () => {
  const findings = await behindNginx([])
  expect(findings.filter(({ status }) => status !== 'pass')).toMatchObject([{ check: 'proxy', status: 'fail' }])
}, 60_000)

test('OPS-3 LIM-2 whoever asks is trusted like a proxy: the forged address is on record', async () => {
  const deployed = await deploy(['127.0.0.0/8'])
  const findings = await findingsAt(deployed, new URL(`http://127.0.0.1:${deployed.port}`))
  expect(findings.filter(({ check }) => check === 'proxy')).toMatchObject([{ status: 'fail' }])
  expect(findings.find(({ check }) => check === 'proxy')?.text).toContain('forged')
}, 60_000)
