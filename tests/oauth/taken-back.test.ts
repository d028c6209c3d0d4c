// What was allowed at each provider is taken back there when the account is disconnected here (S-69).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { walk } from '../providers/walk.ts'
import type { Visitor } from '../support/visitor.ts'
import { type EveryProvider, openEveryProvider, type ProviderId } from './every-provider.ts'
import { link, unlink } from './linking.ts'
import { landing, pathOf } from './provider-site.ts'

let site: EveryProvider
beforeAll(async () => {
  site = await openEveryProvider('embedded')
})
afterAll(() => site?.close())

let count = 0
const connect = async (id: ProviderId) => {
  const visitor = site.visitor()
  count += 1
  await visitor.signUp(`owner-of-${count}-${id}@example.com`)
  return { visitor, identity: await connectAgain(visitor, id) }
}
const connectAgain = async (visitor: Visitor, id: ProviderId): Promise<string> => {
  const begun = await visitor.post(`/api/auth/oauth/${id}/link`, {})
  const back = await visitor.get(pathOf(await walk(begun.body.location)))
  const linked = await link(visitor, landing(back).searchParams.get('link') ?? '')
  return linked.body.identity.id
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

test('attack: S-69 a revocation that comes late does not end what the person has connected again meanwhile', async () => {
  const { visitor, identity } = await connect('discord')
  site.discord.forget()
  const late = Promise.withResolvers<void>()
  // The first attempt fails only when the account is connected again.
  site.discord.next('revoke', { after: late.promise, status: 503 })
  expect((await unlink(visitor, identity)).status).toBe(204)
  await expect.poll(() => site.discord.asked('revoke').length).toBe(1)
  await connectAgain(visitor, 'discord')
  late.resolve()
  const said = 'tokens are not given back: the account is connected again'
  await expect.poll(() => site.log.map(({ message }) => message)).toContain(said)
  expect(site.discord.asked('revoke')).toHaveLength(1)
  const { user } = (await visitor.me()).body
  expect(await site.vigile.connections.read(user.id, 'discord', 'guilds')).toMatchObject({ ok: true })
})
