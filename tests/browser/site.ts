// A whole Vigile in this process for a browser: real pages, real port, and a clock that can be moved.
import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTestVigile, type TestClock } from '@vigile/engine/testing'
import { type RunningServer, type ServerConfig, startServer } from 'vigile'
import { type Certificate, makeCertificate } from '../services/certificate.ts'
import { type NginxServer, startNginx } from '../services/nginx.ts'
import { freePort, temporaryFolder } from '../services/place.ts'
import { startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import type { StoreKind } from '../support/site.ts'
import { testSecret } from '../support/site.ts'

export type BrowserSite = {
  readonly url: string
  readonly server: RunningServer
  /** The database's address, to look into it. */
  readonly database: string
  readonly clock: TestClock
  readonly log: readonly { readonly message: string; readonly fields: Record<string, unknown> }[]
  close(): Promise<void>
}

type Options = Omit<ServerConfig, 'port' | 'secrets' | 'database' | 'redis' | 'log'>

/** Development settings over http on `localhost`. */
export const openBrowserSite = async (kind: StoreKind, options: Options = {}): Promise<BrowserSite> => {
  const folder = await temporaryFolder('browser-site')
  const redis = kind === 'embedded' ? null : await startRedis()
  const database = kind === 'embedded' ? `file:${join(folder.path, 'vigile.db')}` : await freshDatabase()
  const log: { message: string; fields: Record<string, unknown> }[] = []
  const write = (fields: object, message: string) => void log.push({ message, fields: { ...fields } })
  const port = await freePort()
  let clock: TestClock | undefined
  const server = await startServer(
    {
      port,
      production: false,
      secrets: testSecret,
      database,
      ...(redis ? { redis: redis.url } : {}),
      // Every browser of a test is at one address.
      limits: { allow: ['127.0.0.1', '::1'] },
      log: { debug: write, info: write, warn: write, error: write },
      ...options,
    },
    {
      createVigile: (all) => {
        const made = createTestVigile(all)
        clock = made.clock
        // The embedded database migrates itself; PostgreSQL by command, as `vigile migrate` does.
        return kind === 'embedded'
          ? made.vigile
          : { ...made.vigile, ready: () => made.vigile.migrate().then(made.vigile.ready) }
      },
    },
  )
  return {
    url: server.url,
    server,
    database,
    clock: clock as TestClock,
    log,
    close: async () => {
      await server.close()
      await redis?.stop()
      await folder.remove()
    },
  }
}

export type SecureSite = BrowserSite & {
  readonly nginx: NginxServer
  /** All that nginx has on record: each request's line, Referer and browser. */
  accessLog(): Promise<string>
  /** For Chromium, to take this certificate for a good one (`--ignore-certificate-errors-spki-list`). */
  readonly keyHash: string
}

/** The content of `http { … }`: where nginx listens, where Vigile does, and the files. */
type NginxOf = (listening: number, vigile: number, files: Certificate & { accessLog: string }) => string

const vigileAlone: NginxOf = (listening, vigile, { certificate, key, accessLog }) => `server {
  access_log ${accessLog};
  listen 127.0.0.1:${listening} ssl;
  ssl_certificate ${certificate};
  ssl_certificate_key ${key};
  location = /plain {
    default_type text/html;
    return 200 '<!doctype html><title>A page without any script of ours</title>';
  }
  location / {
    proxy_pass http://127.0.0.1:${vigile};
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  }
}`

/** Production settings behind nginx with TLS: `https://localhost:…`, strict cookies, prefixed names. */
export const openSecureSite = async (options: Options = {}, http = vigileAlone): Promise<SecureSite> => {
  const folder = await temporaryFolder('tls')
  const { certificate, key } = makeCertificate(folder.path)
  const accessLog = join(folder.path, 'access.log')
  const port = await freePort()
  const nginx = await startNginx((listening) => http(listening, port, { certificate, key, accessLog }))
  const url = `https://localhost:${nginx.port}`
  const site = await openBrowserSite('embedded', {
    publicUrl: url,
    production: true,
    drainSeconds: 0,
    host: '127.0.0.1',
    trustedProxies: ['127.0.0.1'],
    accounts: { verifyEmail: false },
    ...options,
    ...({ port } as object),
  })
  return {
    ...site,
    url,
    nginx,
    accessLog: () => readFile(accessLog, 'utf8'),
    keyHash: createHash('sha256')
      .update(new X509Certificate(await readFile(certificate)).publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64'),
    close: async () => {
      await site.close()
      await nginx.stop()
      await folder.remove()
    },
  }
}
