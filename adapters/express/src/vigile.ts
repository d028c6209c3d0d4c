// Vigile as Express middleware. What decides is the engine; here requests and answers only change their shape.
import { getRequestListener } from '@hono/node-server'
import type { AppPermission, Session, User } from '@vigile/contract'
import { peerOf, type Required, type RequireOptions, requestOf, type Vigile } from '@vigile/engine'
import type { Request as Incoming, Response as Outgoing, RequestHandler } from 'express'

declare global {
  namespace Express {
    interface Request {
      /** Who asks: behind `vigile.require`, `vigile.signedIn` or `vigile.page`, and nowhere else. */
      user: User
      /** Behind the same. (`req.session` is express-session's name.) `permissions`: what they may do, wildcards among it. */
      vigile: { readonly session: Session; readonly permissions: readonly string[] }
    }
  }
}

/** `recentSignIn`: a change also needs a sign-in of the last ten minutes (`sessions.recentLife`). */
export type ExpressOptions = Pick<RequireOptions, 'recentSignIn'>

/** By the application, which a request carries with it: two of them in one process are two engines. */
const engines = new WeakMap<object, Vigile>()

/**
 * Answers what the engine has a route for (`/api/auth/…`, `/health/…`, …) and passes on all else. Comes before whatever
 * reads bodies, `express.json()` among it: the engine reads, and bounds, its own.
 *
 * @example
 * app.use(vigile(auth))
 * app.post('/products', vigile.require('products:create'), (req, res) => res.json({ by: req.user.id }))
 */
const mount = (auth: Vigile): RequestHandler => {
  const listener = getRequestListener((request, { incoming }) => auth.fetch(request, peerOf(incoming as Incoming)), {
    // Nothing is decided by the host that a client names.
    hostname: 'localhost',
    // The application's own `Request` and `Response` stay as they are.
    overrideGlobalObjects: false,
  })
  return async (req, res, next) => {
    engines.set(req, auth)
    if (!auth.handles(pathOf(req))) return next()
    if (req.readableDidRead)
      throw new TypeError('app.use(vigile(auth)) has to come before express.json() and other readers of bodies')
    req.url = req.originalUrl
    const short = await auth.shortWay(req, peerOf(req))
    if (short === null) return listener(req, res)
    res.status(short.status).set(short.headers)
    if (short.cookies.length > 0) res.set('Set-Cookie', [...short.cookies])
    res.end(short.body)
  }
}

const guard =
  (
    check: (auth: Vigile, request: Request, options: RequireOptions) => Promise<Required>,
    options: ExpressOptions,
  ): RequestHandler =>
  async (req, res, next) => {
    // No Request can have this method, and no route should answer it (ASVS 13.4.4).
    if (req.method === 'TRACE') return res.sendStatus(405)
    const found = await check(engineOf(req), requestOf(req), { ...options, ...peerOf(req) })
    if (!found.ok) return send(found.response, res)
    pass(req, found)
    next()
  }

const pass = (req: Incoming, { user, session, permissions }: { user: User } & Incoming['vigile']) => {
  req.user = user
  req.vigile = { session, permissions }
}

export const vigile = Object.assign(mount, {
  /**
   * Lets pass whoever may do this, as of now; `req.user` is who. Refuses with the engine's problem: 401, 403 naming the
   * permission, 503 where a part that must be asked is down. A change (all but GET, HEAD and OPTIONS) needs the CSRF token.
   * A permission that was not declared is an error, and does not compile where the application registered its own
   * (`Register` of `@vigile/contract`).
   *
   * @example
   * app.delete('/products/:id', vigile.require('products:delete', { recentSignIn: true }), remove)
   */
  require: (permission: AppPermission, options: ExpressOptions = {}) =>
    guard((auth, request, asked) => auth.requirePermission(request, permission as never, asked), options),

  /**
   * Lets pass whoever is signed in, whatever they may do.
   *
   * @example
   * app.get('/profile', vigile.signedIn(), (req, res) => res.json(req.user))
   */
  signedIn: (options: ExpressOptions = {}) =>
    guard((auth, request, asked) => auth.requireSession(request, asked), options),

  /**
   * For a page that the server renders: lets pass whoever is signed in. Sends everybody else to the sign-in page, which leads
   * back, and who may be signed in (a link from another site, an access token that has expired) to a small page that renews the
   * session. A fault is an error with the status 503, never "signed out".
   *
   * A form of such a page that posts to it can carry no token: its `Origin` must be there and be of this site, or it is refused.
   *
   * @example
   * app.get('/', vigile.page(), (req, res) => res.render('home', { user: req.user }))
   */
  page: (): RequestHandler => async (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return formGuard(req, res, next)
    const page = await engineOf(req).pageState(requestOf(req), req.originalUrl)
    switch (page.state) {
      case 'signed_in':
        pass(req, page)
        return next()
      case 'ask':
      case 'signed_out':
        return res.redirect(303, page.location)
      case 'unknown':
        throw Object.assign(new Error('who asks can’t be known for the moment'), { status: 503 })
    }
  },
})

const formGuard = guard((auth, request, asked) => auth.requireSession(request, { ...asked, csrf: 'origin' }), {})

const engineOf = (req: Incoming): Vigile => {
  const auth = engines.get(req)
  if (auth === undefined) throw new TypeError('app.use(vigile(auth)) has to come before the routes that it guards')
  return auth
}

const pathOf = ({ originalUrl }: Incoming) => originalUrl.split('?', 1)[0] as string

const send = async (response: Response, res: Outgoing) => {
  res.status(response.status)
  for (const [name, value] of response.headers) if (name !== 'set-cookie') res.set(name, value)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) res.set('Set-Cookie', cookies)
  res.end(await response.text())
}
