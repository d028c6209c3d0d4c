// An authenticator app: Debian's oathtool, which shares no code with ours.
import { execFileSync } from 'node:child_process'
import { programPath } from '../services/program-path.ts'
import type { Site } from './site.ts'
import type { Visitor } from './visitor.ts'

const oathtool = programPath('oathtool')

/** The six digits of a secret (base32) at a time, in epoch milliseconds. */
export const codeAt = (secret: string, at: number): string => {
  const time = new Date(at).toISOString().replace('T', ' ').slice(0, 19)
  return execFileSync(oathtool, ['--totp', '-b', secret, '--now', `${time} UTC`], { encoding: 'utf8' }).trim()
}

/** One step of codes: who used one waits so long for the next. */
export const stepMs = 30_000

export type App = { readonly secret: string; readonly recoveryCodes: readonly string[] | null }

/** Adds an app to the account of a visitor who has just signed in. Its first code is used up. */
export const addApp = async (visitor: Visitor, now: number): Promise<App> => {
  const offer = await visitor.post('/api/auth/factors/totp')
  if (offer.status !== 200) throw new Error(`no secret: ${offer.text}`)
  const { secret } = offer.body as { secret: string }
  const reply = await visitor.post('/api/auth/factors/totp/confirm', { code: codeAt(secret, now) })
  if (reply.status !== 200) throw new Error(`no app: ${reply.text}`)
  return { secret, recoveryCodes: reply.body.recoveryCodes }
}

export const passTotp = (visitor: Visitor, secret: string, now: number) =>
  visitor.post('/api/auth/second-factor', { method: 'totp', code: codeAt(secret, now) })

/** Gives a browser, besides what it has, a sign-in that waits: of somebody else's account, which has an app. */
export const waitToo = async (site: Pick<Site, 'visitor' | 'now'>, browser: Visitor, email: string): Promise<void> => {
  const owner = site.visitor()
  await owner.signUp(email)
  await addApp(owner, site.now())
  const reply = await browser.signIn(email)
  if (reply.body.next !== 'second_factor') throw new Error(`no sign-in waits: ${reply.text}`)
}
