// Whether a new account can sign in: stores, keys and tokens at work.
import { randomBytes } from 'node:crypto'
import type { Vigile } from '@vigile/engine'
import { publicUrl } from './engine.ts'

/** What kept it from signing in; null: it signed in, and was known by its session. */
export const signInOnce = async (vigile: Vigile): Promise<string | null> => {
  const email = `drill-${randomBytes(6).toString('hex')}@vigile.invalid`
  const password = randomBytes(24).toString('base64url')
  const made = await vigile.users.create({ email, password, emailVerified: true }, { kind: 'operator', name: 'drill' })
  if (!made.ok) return made.error
  const ask = (path: string, init: RequestInit) =>
    vigile.fetch(new Request(`${publicUrl}/api/auth/${path}`, init), { address: '127.0.0.1' })
  const headers = { 'content-type': 'application/json', origin: publicUrl }
  const signedIn = await ask('login', { method: 'POST', headers, body: JSON.stringify({ email, password }) })
  const cookie = signedIn.headers.getSetCookie().map((one) => one.split(';')[0])
  if (signedIn.status !== 200 || cookie.length === 0) return `sign-in: ${signedIn.status}`
  const known = await ask('me', { headers: { cookie: cookie.join('; ') } })
  return known.status === 200 ? null : `session: ${known.status}`
}
