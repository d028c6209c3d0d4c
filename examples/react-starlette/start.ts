#!/usr/bin/env node
import { serve } from '@hono/node-server'
import { createApp } from './server/app.ts'
import { auth, site } from './server/auth.ts'
import { buildPages } from './server/build-pages.ts'
import { startApi } from './server/python.ts'

await buildPages()
await auth.migrate()
auth.startJobs()

const settings = {
  VIGILE_ISSUER: site.publicUrl,
  // From here, not through the public address: no proxy in between.
  VIGILE_KEYS_URL: `http://127.0.0.1:${site.port}/.well-known/jwks.json`,
  HOURS_DATABASE: site.apiDatabase,
}
const api = await startApi(settings, () => {
  console.error('the API has ended')
  process.exitCode = 1
  end()
})
const { fetch } = createApp(auth, { api: api.url, pages: 'dist', production: site.production })
const server = serve({ fetch, port: site.port, hostname: '127.0.0.1' }, () =>
  console.log(`Hours is ready  http://localhost:${site.port}`),
)

const end = () => {
  auth.drain()
  server.close(() => void Promise.all([auth.close(), api.stop()]))
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
