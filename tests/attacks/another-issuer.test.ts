// The address behind a provider's id is another one from some day on: another realm, a GitHub Enterprise Server that is new. Whoever it
// calls by the same subject is somebody else (S-23).
import { github, oidc } from '@vigile/engine'
import { expect, onTestFinished, test } from 'vitest'
import { connected, unlink } from '../oauth/linking.ts'
import { exchange, handleIn, pathOf } from '../oauth/provider-site.ts'
import { startGitHub } from '../providers/github.ts'
import { startOidc } from '../providers/oidc.ts'
import { walk } from '../providers/walk.ts'
import { openSite } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'

const redirectUris = ['campus', 'github'].map((id) => `http://localhost:3000/api/auth/oauth/${id}/callback`)
const signIn = async (visitor: Visitor, provider: string, account: string) => {
  const { headers } = await visitor.get(`/api/auth/oauth/${provider}`)
  const back = await visitor.get(pathOf(await walk(headers.get('location') ?? '', { account })))
  return (await exchange(visitor, handleIn(back))).body
}

const startCampus = async (email: string) => {
  const server = await startOidc({ redirectUris })
  onTestFinished(() => server.close())
  server.people.set('1', { sub: '1', email, email_verified: true })
  const { issuer, client } = server
  return {
    id: 'campus',
    account: '1',
    asked: server.asked,
    provider: oidc({
      id: 'campus',
      name: 'Campus',
      issuer,
      clientId: client.id,
      clientSecret: client.secret,
      tokenAuth: 'post',
      reads: { me: { url: `${issuer}/me`, lifeSeconds: 60 } },
    }),
  }
}
const startForge = async (email: string) => {
  const server = await startGitHub({ redirectUris })
  onTestFinished(() => server.close())
  server.people.set('grace', { id: 1, login: 'grace', emails: [{ email, primary: true, verified: true }] })
  const { client, url, api } = server
  return {
    id: 'github',
    account: 'grace',
    asked: server.asked,
    provider: github({ clientId: client.id, clientSecret: client.secret, site: url, api }),
  }
}

test.each([
  ['an OpenID Connect provider', startCampus, 'me'],
  ['a GitHub Enterprise Server', startForge, 'profile'],
])(
  'S-23 another issuer under the same id opens nobody’s account and gets nobody’s tokens: %s',
  async (_, start, what) => {
    const [old, other] = [await start('boss@example.com'), await start('intern@elsewhere.example')]
    const before = await openSite('embedded', { providers: [old.provider] })
    const boss = (await signIn(before.visitor(), old.id, old.account)).user
    const { database } = before
    await before.vigile.close()

    const after = await openSite('embedded', { providers: [other.provider], database })
    onTestFinished(() => after.close())
    const intern = after.visitor()
    expect((await signIn(intern, other.id, other.account)).user).toMatchObject({ email: 'intern@elsewhere.example' })
    const [own] = await connected(intern)
    expect((await unlink(intern, own?.id ?? '')).body.code).toBe('last_way_in')

    // What the old one gave is not for the other: neither to read with, nor to be taken back there.
    const asked = other.asked().length
    expect(await after.vigile.connections.read(boss.id, other.id, what)).toEqual({ ok: false, error: 'not_linked' })
    await after.vigile.users.delete(boss.id, { kind: 'operator', name: 'test' })
    await after.vigile.close()
    expect(other.asked().length).toBe(asked)
  },
)
