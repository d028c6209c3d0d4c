// A GitHub App: its tokens live for eight hours, and GitHub refuses to renew them with the status 200 (OAU-7).
import { github, type UserId } from '@vigile/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitHubStandIn, startGitHub } from '../providers/github.ts'
import { walk } from '../providers/walk.ts'
import { openSite, type Site } from '../support/site.ts'
import { exchange, handleIn, pathOf } from './provider-site.ts'

const hour = 3_600_000
let standIn: GitHubStandIn
let site: Site
let userId: UserId
beforeAll(async () => {
  standIn = await startGitHub({
    redirectUris: ['http://localhost:3000/api/auth/oauth/github/callback'],
    expiring: true,
  })
  const { client, url, api } = standIn
  const provider = github({ clientId: client.id, clientSecret: client.secret, site: url, api })
  site = await openSite('embedded', { providers: [provider] })
  const visitor = site.visitor()
  const { headers } = await visitor.get('/api/auth/oauth/github')
  const back = await visitor.get(pathOf(await walk(headers.get('location') ?? '')))
  userId = (await exchange(visitor, handleIn(back))).body.user.id
})
afterAll(async () => {
  await site?.close()
  await standIn?.close()
})

const read = () => site.vigile.connections.read(userId, 'github', 'profile')
const grants = () => standIn.asked('token').map(({ body }) => new URLSearchParams(body).get('grant_type'))

test('OAU-7 while they live they are used, afterwards they are renewed, once', async () => {
  expect(await read()).toMatchObject({ ok: true, value: { login: 'grace' }, isStale: false })
  site.move(9 * hour)
  standIn.tokens.expire()
  const all = await Promise.all(Array.from({ length: 5 }, read))
  for (const one of all) expect(one).toMatchObject({ ok: true, value: { login: 'grace' }, isStale: false })
  expect(grants()).toEqual(['authorization_code', 'refresh_token'])
})

test('OAU-7 what the person took back at GitHub is asked for anew', async () => {
  standIn.tokens.forget('grace')
  site.move(9 * hour)
  expect(await read()).toEqual({ ok: false, error: 'consent_needed' })
  // Nobody goes on asking with what is good for nothing.
  expect(await read()).toEqual({ ok: false, error: 'consent_needed' })
  expect(grants()).toEqual(['authorization_code', 'refresh_token', 'refresh_token'])
})
