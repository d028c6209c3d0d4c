// What was allowed at each provider is taken back there when the account is disconnected here (S-69).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { walk } from '../providers/walk.ts'
import { type EveryProvider, openEveryProvider, type ProviderId } from './every-provider.ts'
import { link, unlink } from './linking.ts'
import { landing, pathOf } from './provider-site.ts'

let site: EveryProvider
beforeAll(async () => {
  site = await openEveryProvider('embedded')
})
afterAll(() => site?.close())

const connect = async (id: ProviderId) => {
  const visitor = site.visitor()
  await visitor.signUp(`owner-of-${id}@example.com`)
  const begun = await visitor.post(`/api/auth/oauth/${id}/link`, {})
  const back = await visitor.get(pathOf(await walk(begun.body.location)))
  const linked = await link(visitor, landing(back).searchParams.get('link') ?? '')
  return { visitor, identity: linked.body.identity.id as string }
}
const forms = (id: ProviderId, endpoint: string) =>
  site
    .standIn(id)
    .asked(endpoint)
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)))

test.each(['discord', 'forge', 'github'] as const)('S-69 at %s no token is good any more', async (id) => {
  const { visitor, identity } = await connect(id)
  const held = () => site[id].tokens.count().access
  expect(held()).toBe(1)
  expect((await unlink(visitor, identity)).status).toBe(204)
  await expect.poll(held, { timeout: 20_000 }).toBe(0)
})

test('S-69 at GitHub the grant is deleted, so that it is gone from the person’s settings', async () => {
  expect(site.github.asked('grant')).toHaveLength(1)
})

test.each(['google', 'campus'] as const)('S-69 at %s both tokens are revoked where discovery says', async (id) => {
  const { visitor, identity } = await connect(id)
  expect((await unlink(visitor, identity)).status).toBe(204)
  const hints = () => forms(id, 'revocation').map(({ token_type_hint }) => token_type_hint)
  await expect.poll(hints, { timeout: 20_000 }).toEqual(['refresh_token', 'access_token'])
})
