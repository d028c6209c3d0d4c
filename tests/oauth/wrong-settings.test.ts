// A provider that was set wrongly here: those who run the site read what is wrong, and those who use it are sent nowhere.
import { discord, oidc } from '@vigile/engine'
import { afterEach, expect, test } from 'vitest'
import { auditOf } from '../passkeys/records.ts'
import type { Fault } from '../providers/faults.ts'
import { beginLink } from './linking.ts'
import { landing, openProviderSite, type ProviderSite, signInWith, toCallback } from './provider-site.ts'
import { lastFailure } from './refusals.ts'

let site: ProviderSite
afterEach(() => site?.close())

const told = (alert: string) => site.log.filter(({ fields }) => fields.alert === alert)

test.each<[string, Fault, RegExp]>([
  ['no such path', 404, /404/],
  [
    'a page of somebody’s',
    { status: 200, body: { issuer: 'https://other.example.com/' } },
    /http:\/\/127.*other\.example\.com/,
  ],
])(
  'OAU-4 OPS-1 an issuer that was set wrongly (%s) is in the log with what was found, on record, and said to who connects',
  async (_, fault, found) => {
    site = await openProviderSite('embedded')
    const member = site.visitor()
    expect((await member.signUp('member@example.com')).status).toBe(201)
    site.campus.always('discovery', fault)

    const turnedAway = landing(await site.visitor().get('/api/auth/oauth/campus'))
    expect(turnedAway.searchParams.get('error')).toBe('provider_refused')
    const [line] = told('provider_settings')
    expect(line).toMatchObject({
      level: 'error',
      fields: { provider: 'campus', says: expect.stringMatching(/^[A-Z_ ]+/i) },
    })
    expect(String(line?.fields.err)).toMatch(found)
    expect(await lastFailure(site)).toMatchObject({ by: 'oauth', provider: 'campus', reason: 'provider_refused' })

    const { status, body } = await beginLink(member, 'campus')
    expect([status, body.code]).toEqual([503, 'provider_refused'])
    expect(body.detail).toContain('Campus')
    expect(told('provider_settings')).toHaveLength(2)
    expect((await auditOf(site, 'identity:link:failed'))[0]?.details).toMatchObject({ reason: 'provider_refused' })
  },
)

test('OAU-4 a provider that is down is said to who connects, by name, and that is on record', async () => {
  site = await openProviderSite('embedded')
  const member = site.visitor()
  await member.signUp('member@example.com')
  site.campus.always('discovery', 503)
  const { status, body } = await beginLink(member, 'campus')
  expect([status, body.code]).toEqual([503, 'provider_unavailable'])
  expect(body.detail).toMatch(/^Campus does not answer.*Nothing has changed/)
  expect(body.detail).not.toContain('sign in')
  expect(told('provider_settings')).toEqual([])
  expect((await auditOf(site, 'identity:link:failed'))[0]?.details).toMatchObject({ reason: 'provider_unavailable' })
})

test('OPS-2 OAU-1 a new secret of a provider is used by the next sign-in, also by one that is under way', async () => {
  site = await openProviderSite('embedded')
  const providers = (which: 'wrong' | 'right') => {
    const secretOf = ({ client }: { client: { secret: string } }) => (which === 'right' ? client.secret : 'planted')
    const { discord: one, campus: other } = site
    return [
      discord({ clientId: one.client.id, clientSecret: secretOf(one), site: one.url }),
      oidc({ id: 'campus', issuer: other.issuer, clientId: other.client.id, clientSecret: secretOf(other) }),
    ]
  }
  site.vigile.renew({ providers: providers('wrong') })
  for (const id of ['discord', 'campus'] as const) {
    const visitor = site.visitor()
    const turnedAway = landing(await visitor.get(await toCallback(visitor, id)))
    expect(turnedAway.searchParams.get('error')).toBe('provider_refused')
  }
  const underWay = site.visitor()
  const path = await toCallback(underWay)
  site.vigile.renew({ providers: providers('right') })
  expect(landing(await underWay.get(path)).searchParams.get('session')).toMatch(/^[0-9a-f]{64}$/)
  expect((await signInWith(site.visitor(), 'campus')).status).toBe(200)
  expect(JSON.stringify(site.log)).not.toContain('planted')
})
