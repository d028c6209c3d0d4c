// A flow that is refused: said, on record, and nothing is made.
import { expect } from 'vitest'
import { dump } from '../http/dump.ts'
import type { Reply, Visitor } from '../support/visitor.ts'
import type { ProviderSite } from './provider-site.ts'

/** What a sign-in makes. */
export const made = async (site: ProviderSite) => {
  const { users = [], sessions = [], identities = [], oauth_handles: handles = [] } = await dump(site)
  return { users: users.length, sessions: sessions.length, identities: identities.length, handles: handles.length }
}

/** The newest failed sign-in of the record, with the request that it was. */
export const lastFailure = async (site: ProviderSite): Promise<Record<string, unknown>> => {
  const entries = ((await dump(site)).audit_entries ?? []).filter(({ action }) => action === 'session:sign-in:failed')
  const last = entries.toSorted((one, other) => Number(one.at) - Number(other.at)).at(-1)
  return { ...JSON.parse(String(last?.details ?? '{}')), requestId: last?.request_id }
}

/** Refused, said in words, on record under the request's id, and nothing was made. */
export const expectRefused = async (site: ProviderSite, ask: () => Promise<Reply>, reason: string): Promise<void> => {
  const before = await made(site)
  const reply = await ask()
  expect([reply.status, reply.body?.code]).toEqual([410, 'sign_in_expired'])
  expect(reply.setCookies).toEqual([])
  expect(reply.headers.get('location')).toBeNull()
  expect(await made(site)).toEqual(before)
  const requestId = reply.headers.get('x-request-id')
  expect(await lastFailure(site)).toMatchObject({ by: 'oauth', reason, requestId })
}

let people = 0
/** Somebody at Discord whom this site does not know. */
export const stranger = (site: ProviderSite): { readonly account: string } => {
  people += 1
  const account = `stranger${people}`
  const email = `${account}@example.com`
  site.discord.people.set(account, { id: String(1000 + people), username: account, email, verified: true })
  return { account }
}

export const cookiesOf = (visitor: Visitor, path: string): string =>
  visitor.jar
    .for(path)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')

export const callbackPath = '/api/auth/oauth/discord/callback'
