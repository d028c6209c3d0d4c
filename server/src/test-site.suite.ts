// A server in this process with a hand-made engine and small pages, for tests of what lies around the engine.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeVigile, type FakeParts, type FakeVigile } from './fake-vigile.suite.ts'
import type { Log } from './log/log.ts'
import { type RunningServer, type ServerConfig, startServer } from './start-server.ts'

export type TestSite = {
  readonly url: string
  readonly server: RunningServer
  readonly fake: FakeVigile
  readonly lines: { readonly level: string; readonly message: string; readonly [field: string]: unknown }[]
  end(): Promise<void>
}

const page = (name: string) => `<!doctype html><html lang="__LANG__"><head>
<meta property="csp-nonce" nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__" type="module" src="/assets/app-abc.js"></script>
<script type="application/json" id="vigile-settings" nonce="__CSP_NONCE__">__VIGILE_SETTINGS__</script></head><body>${name}</body></html>`

export const startTestSite = async (
  config: ServerConfig = {},
  parts: FakeParts = {},
  built = true,
): Promise<TestSite> => {
  const folder = await mkdtemp(join(tmpdir(), 'vigile-site-'))
  if (built) {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'signed-out.html'), page('signed out'))
    await writeFile(join(folder, 'account.html'), page('account'))
    await writeFile(join(folder, 'assets/app-abc.js'), `console.log('${'vigile '.repeat(500)}')\n`)
    await writeFile(join(folder, 'assets/icon-abc.png'), 'no picture')
    await writeFile(join(folder, 'secret.html'), 'not to be asked for')
  }
  const fake = createFakeVigile(parts)
  const lines: TestSite['lines'] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push({ ...fields, level, message })
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const all = { port: 0, secrets: 'f'.repeat(64), pagesFolder: folder, log, ...config }
  const server = await startServer(all, { createVigile: () => fake })
  return {
    url: server.url,
    server,
    fake,
    lines,
    end: async () => {
      await server.close()
      await rm(folder, { recursive: true })
    },
  }
}
