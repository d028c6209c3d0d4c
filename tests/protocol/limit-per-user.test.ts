// The number of live sessions of one user (TOK-4), also when many sign in at once.

import type { Vigile } from '@vigile/engine'
import { afterEach, describe, expect, test } from 'vitest'
import type { UserId } from '../../engine/src/primitives/ids.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'
import { operator } from './desk.ts'

let site: Site
afterEach(() => site?.close())

describe.each(storeKinds)('on %s', (kind) => {
  const open = async (perUser: number | 'unlimited' | undefined) => {
    site = await openSite(kind, {
      sessions: perUser === undefined ? {} : { perUser },
      limits: { rules: { signInIp: null, signInIpHour: null, signInAccount: null } },
    })
    const nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
    const email = 'ada@example.com'
    const made = await site.vigile.users.create({ email, password: goodPassword }, operator)
    if (!made.ok) throw new Error(made.error)
    let count = 0
    const newcomer = (): Visitor => {
      count += 1
      const vigile = nodes[count % nodes.length] as Vigile
      return createVisitor({
        vigile: () => vigile,
        publicUrl: site.publicUrl,
        now: site.now,
        address: `192.0.2.${count}`,
      })
    }
    return { email, userId: made.value.id as UserId, newcomer }
  }

  const statesOf = async (visitors: readonly Visitor[]) => {
    const states: string[] = []
    for (const visitor of visitors) {
      const { status, body } = await visitor.refresh()
      states.push(status === 200 ? 'alive' : body.reason)
    }
    return states
  }

  test.each([1, 3])('TOK-4 S-41 %i at most, however many sign in at once, on every node', async (perUser) => {
    const { email, userId, newcomer } = await open(perUser)
    const visitors = Array.from({ length: 9 }, newcomer)
    const replies = await Promise.all(visitors.map((visitor) => visitor.signIn(email)))
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(await site.vigile.sessions.list(userId)).toHaveLength(perUser)
    const states = await statesOf(visitors)
    expect(states.filter((state) => state === 'alive')).toHaveLength(perUser)
    expect(states.filter((state) => state === 'session_limit')).toHaveLength(9 - perUser)
  })

  test('TOK-4 S-41 the least recently used ends first: not the oldest, but the one left alone', async () => {
    const { email, newcomer } = await open(3)
    const [a, b, c, d] = Array.from({ length: 4 }, newcomer) as [Visitor, Visitor, Visitor, Visitor]
    for (const visitor of [a, b, c]) {
      await visitor.signIn(email)
      site.move(10 * 60_000)
    }
    // The first one is used again.
    site.move(60 * 60_000)
    expect((await a.refresh()).status).toBe(200)
    await d.signIn(email)
    expect(await statesOf([a, b, c, d])).toEqual(['alive', 'session_limit', 'alive', 'alive'])
  })

  test('TOK-4 the default is ten', async () => {
    const { email, userId, newcomer } = await open(undefined)
    const visitors = Array.from({ length: 12 }, newcomer)
    for (const visitor of visitors) {
      await visitor.signIn(email)
      site.move(1_000)
    }
    expect(await site.vigile.sessions.list(userId)).toHaveLength(10)
    expect((await statesOf(visitors)).slice(0, 3)).toEqual(['session_limit', 'session_limit', 'alive'])
  })

  test('TOK-4 unlimited ends none', async () => {
    const { email, userId, newcomer } = await open('unlimited')
    const visitors = Array.from({ length: 12 }, newcomer)
    for (const visitor of visitors) await visitor.signIn(email)
    expect(await site.vigile.sessions.list(userId)).toHaveLength(12)
  })

  test('TOK-4 TOK-8 who signs in again in the same browser takes no one’s place', async () => {
    const { email, userId, newcomer } = await open(2)
    const [a, b] = [newcomer(), newcomer()]
    await a.signIn(email)
    for (let times = 0; times < 4; times += 1) await b.signIn(email)
    expect(await statesOf([a, b])).toEqual(['alive', 'alive'])
    expect(await site.vigile.sessions.list(userId)).toHaveLength(2)
  })
})
