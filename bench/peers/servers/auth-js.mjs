// Auth.js on Express: sessions are encrypted tokens (its default with credentials), which can't be revoked; people are in
// PostgreSQL, their passwords hashed as ours.
import { ExpressAuth } from '@auth/express'
import Credentials from '@auth/express/providers/credentials'
import express from 'express'
import { openPool, secret, serve } from './common.mjs'
import { createPasswordCheck } from './password-check.mjs'

const check = createPasswordCheck(openPool())
const app = express()
const auth = ExpressAuth({
  secret,
  trustHost: true,
  session: { strategy: 'jwt' },
  providers: [Credentials({ credentials: { email: {}, password: {} }, authorize: check })],
})
app.use(/^\/auth\/(.*)/, auth)
serve(app)
