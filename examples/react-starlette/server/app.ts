// One origin for three things: Vigile's interface, the API in Python, and the built pages. In production nginx can do the same.
import { getConnInfo } from '@hono/node-server/conninfo'
import { serveStatic } from '@hono/node-server/serve-static'
import { securityHeaders, type Vigile } from '@vigile/engine'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { proxy } from 'hono/proxy'

const policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
const patienceMs = 20_000

/** Never a 401: nobody is signed out because Python is away. */
const unavailable = () =>
  Response.json(
    {
      type: 'about:blank',
      title: 'Unavailable',
      status: 503,
      code: 'unavailable',
      detail: 'Try again in a few seconds.',
    },
    {
      status: 503,
      headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '5', 'Cache-Control': 'no-store' },
    },
  )

export const createApp = (auth: Vigile, to: { api: string; pages: string; production: boolean }): Hono => {
  const app = new Hono()
  const bare = securityHeaders(to.production)

  app.use(async (c, next) => {
    if (!auth.handles(c.req.path)) return next()
    return auth.fetch(c.req.raw, { address: getConnInfo(c).remote.address ?? '' })
  })

  app.use(async (c, next) => {
    await next()
    const path = c.req.path
    for (const [name, value] of Object.entries(bare)) c.header(name, value)
    if (path.startsWith('/api/')) return
    c.header('Content-Security-Policy', policy)
    // Files under assets/ are named by their content.
    c.header(
      'Cache-Control',
      path.startsWith('/assets/') && c.res.ok ? 'public, max-age=31536000, immutable' : 'no-cache',
    )
  })

  app.all('/api/*', bodyLimit({ maxSize: 65_536 }), async (c) => {
    const { pathname, search } = new URL(c.req.url)
    const { authorization, accept, 'content-type': contentType } = c.req.header()
    try {
      // Named headers alone: no cookie reaches Python.
      return await proxy(to.api + pathname + search, {
        raw: c.req.raw,
        headers: { authorization, accept, 'content-type': contentType },
        redirect: 'manual',
        signal: AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(patienceMs)]),
      })
    } catch (error) {
      console.error('the API did not answer', error)
      return unavailable()
    }
  })

  app.use(serveStatic({ root: to.pages }))
  // A file of another release, asked for while one replaces the other: never the page, which a browser would keep as that file.
  app.get('/assets/*', (c) => c.text('There is no such file.', 404))
  // Every other path is a page of React's router.
  app.get('*', serveStatic({ root: to.pages, path: 'index.html' }))
  return app
}
