// Many requests for one state, one handle, one account: one wins (S-58), on one node and on two.
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { type StoreKind, storeKinds } from '../support/site.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { exchange, handleIn, openProviderSite, type ProviderSite, toCallback, toHandle } from './provider-site.ts'

const many = 20

describe.each(storeKinds)('on %s', (kind: StoreKind) => {
  let site: ProviderSite
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    site = await openProviderSite(kind, { limits: { rules: { exchangeIp: null, signUpIp: null, change: null } } })
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
  })
  afterAll(() => site?.close())

  let people = 0
  const person = () => {
    people += 1
    const name = `racer${people}`
    site.discord.people.set(name, { id: `9${people}`, username: name, email: `${name}@example.com`, verified: true })
    return { account: name }
  }
  /** The same browser, as each of many requests at once has it; every other one at the other node. */
  const copiesOf = (visitor: Visitor, count = many): readonly Visitor[] =>
    Array.from({ length: count }, (_, n) => {
      const node = nodes[n % nodes.length] as Vigile
      const copy = createVisitor({ ...site, vigile: () => node, address: visitor.address })
      copy.jar.restore(visitor.jar.snapshot())
      return copy
    })
  const rows = async (table: string, where: (row: Record<string, unknown>) => boolean = () => true) =>
    ((await dump(site))[table] ?? []).filter(where)

  test(`S-58 OAU-2 a callback raced by ${many} requests has one winner, and its code is sent once`, async () => {
    const visitor = site.visitor()
    const path = await toCallback(visitor, 'discord', person())
    site.discord.forget()
    const before = (await rows('oauth_handles')).length
    const replies = await Promise.all(copiesOf(visitor).map((copy) => copy.get(path)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([303, ...Array(many - 1).fill(410)])
    expect(site.discord.asked('token')).toHaveLength(1)
    expect((await rows('oauth_handles')).length).toBe(before + 1)
  })

  test(`S-58 OAU-3 a handle raced by ${many} requests has one winner, one account and one session`, async () => {
    const visitor = site.visitor()
    const { account } = person()
    const handle = await toHandle(visitor, 'discord', { account })
    const replies = await Promise.all(copiesOf(visitor).map((copy) => exchange(copy, handle)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, ...Array(many - 1).fill(410)])
    const user = replies.find(({ status }) => status === 200)?.body.user
    const users = await rows('users', ({ email }) => email === `${account}@example.com`)
    expect(users.map(({ id }) => id)).toEqual([user.id])
    expect(await rows('sessions', (row) => row.user_id === user.id)).toHaveLength(1)
    expect(await rows('identities', (row) => row.user_id === user.id)).toHaveLength(1)
    const entries = await rows('audit_entries', (row) => row.user_id === user.id && row.action === 'session:sign-in')
    expect(entries).toHaveLength(1)
  })

  test('a person who signs up in several browsers at once gets one account, and is signed in to it in all', async () => {
    const { account } = person()
    const browsers = await Promise.all(
      copiesOf(site.visitor(), 6).map(async (visitor) => ({
        visitor,
        handle: handleIn(await visitor.get(await toCallback(visitor, 'discord', { account }))),
      })),
    )
    const replies = await Promise.all(browsers.map(({ visitor, handle }) => exchange(visitor, handle)))
    expect(replies.map(({ status }) => status)).toEqual(Array(6).fill(200))
    expect(new Set(replies.map(({ body }) => body.user.id)).size).toBe(1)
    const users = await rows('users', ({ email }) => email === `${account}@example.com`)
    expect(users).toHaveLength(1)
    expect(await rows('identities', (row) => row.user_id === users[0]?.id)).toHaveLength(1)
  })
})
