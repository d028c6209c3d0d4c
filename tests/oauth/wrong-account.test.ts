// Whoever comes with an account that may not sign in here, and whoever comes back to a node that has lost the provider.
import { google } from '@vigile/engine'
import { afterEach, expect, test } from 'vitest'
import { auditOf } from '../passkeys/records.ts'
import { startOidc } from '../providers/oidc.ts'
import { walk } from '../providers/walk.ts'
import { openSite, type StoreKind } from '../support/site.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { link, toLinkHandle } from './linking.ts'
import { exchange, handleIn, landing, pathOf } from './provider-site.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const open = async (kind: StoreKind, hostedDomain?: string) => {
  const standIn = await startOidc({ redirectUris: ['http://localhost:3000/api/auth/oauth/google/callback'] })
  const { id: clientId, secret: clientSecret } = standIn.client
  const providers = [google({ clientId, clientSecret, issuer: standIn.issuer, hostedDomain })]
  const site = await openSite(kind, { providers })
  closing.push(standIn.close, site.close)
  const back = async (visitor = site.visitor()) => {
    const { headers } = await visitor.get('/api/auth/oauth/google')
    return visitor.get(pathOf(await walk(headers.get('location') ?? '', { account: 'emmy' })))
  }
  return { site, back }
}

test('OAU-4 an account of another Workspace domain is told so, not that Google is out of order', async () => {
  const { site, back } = await open('embedded', 'example.org')
  const { searchParams } = landing(await back())
  expect([searchParams.get('error'), searchParams.get('session')]).toEqual(['account_not_allowed', null])
  const [failed] = await auditOf(site, 'session:sign-in:failed')
  expect(failed?.details).toMatchObject({ provider: 'google', reason: 'account_not_allowed', says: 'hosted_domain' })
})

test('OAU-4 a handle that comes to a node without the provider is on record as such, not as stolen', async () => {
  const { site, back } = await open('PostgreSQL and Redis')
  const without = await site.node({ providers: [] })
  let node = site.vigile
  const { publicUrl, now } = site
  const [member, visitor] = ['192.0.2.1', '192.0.2.2'].map((address) =>
    createVisitor({ vigile: () => node, publicUrl, now, address }),
  ) as [Visitor, Visitor]
  await member.signUp('member@example.com')
  const toLink = await toLinkHandle(member, 'google' as never, { account: 'emmy' })
  const handle = handleIn(await back(visitor))
  node = without
  expect((await exchange(visitor, handle)).body.code).toBe('sign_in_expired')
  expect((await link(member, toLink)).body.code).toBe('sign_in_expired')
  for (const action of ['session:sign-in:failed', 'identity:link:failed'])
    expect((await auditOf(site, action))[0]?.details).toMatchObject({ provider: 'google', reason: 'provider_gone' })
})
