// Express with express-session in Redis, and a sign-in of one's own: what many applications are built on.
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { openPool, openRedis, secret, serve } from './common.mjs'
import { createPasswordCheck } from './password-check.mjs'

const check = createPasswordCheck(openPool())
const store = new RedisStore({ client: await openRedis() })
const app = express()
app.use(express.json())
app.use(
  session({
    store,
    secret,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'strict', maxAge: 7 * 86_400_000 },
  }),
)

/** A new id for the session, as after a sign-in (session fixation). */
const renew = (request, user) =>
  new Promise((resolve, reject) => {
    request.session.regenerate((error) => {
      if (error) return reject(error)
      request.session.user = user
      resolve()
    })
  })

app.post('/sign-in', async (request, response) => {
  const user = await check(request.body)
  if (!user) return response.status(401).end()
  await renew(request, user)
  response.json({ user })
})
app.get('/live', (_request, response) => response.end())
app.get('/me', ({ session: { user } }, response) => (user ? response.json({ user }) : response.status(401).end()))
app.post('/renew', async (request, response) => {
  const { user } = request.session
  if (!user) return response.status(401).end()
  await renew(request, user)
  response.json({ user })
})
serve(app)
