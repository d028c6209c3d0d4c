// Acts of administrators that meet each other, or meet those who sign in, on two nodes.
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdLock } from '../accounts/held-lock.ts'
import { by, permissions, roles } from '../roles/scene.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor } from '../support/visitor.ts'
import { type Member, member } from './people.ts'

const sessionId = async ({ visitor }: Pick<Member, 'visitor'>) => (await visitor.me()).body.session.id as string

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let other: Vigile
  beforeAll(async () => {
    site = await openSite(kind, { permissions, roles, limits: { rules: { signInBurst: null, signInAny: null } } })
    other = kind === 'embedded' ? site.vigile : await site.node()
    await site.vigile.roles.create({ name: 'operations', permissions: ['system:*'] }, by)
  })
  afterAll(() => site?.close())

  /** The same browser, whose next request another node answers. */
  const onOther = ({ visitor }: Member) => {
    const { publicUrl, now } = site
    return { ...visitor, ...createVisitor({ vigile: () => other, publicUrl, now, address: visitor.address }) }
  }
  /** A block that anybody can make, and its id. */
  const blocked = async (key: string) => {
    for (let times = 0; times < 2; times += 1) await site.vigile.limits.check(key, { limit: 1, windowSeconds: 900 })
    await expect.poll(async () => (await other.limits.list({ who: key })).blocks, { timeout: 20_000 }).toHaveLength(1)
    return (await other.limits.list({ who: key })).blocks[0]?.id ?? ''
  }
  const lifted = async (id: string) =>
    (await site.vigile.audit.search({ action: 'limit:lift' })).entries.filter(({ resourceId }) => resourceId === id)

  test('TOK-9 keys are rotated by several at once, on two nodes: one new key, on record once, and all are told of it', async () => {
    const [one, two] = [await member(site, 'operations'), await member(site, 'operations')]
    const rotated = await Promise.all([
      one.visitor.post('/api/admin/keys/rotate', {}).then(({ body }) => body),
      two.visitor.post('/api/admin/keys/rotate', {}).then(({ body }) => body),
      other.keys.rotate(by),
      other.keys.rotate(by),
    ])
    const next = (await other.keys.list()).filter(({ state }) => state === 'next')
    expect(next).toHaveLength(1)
    expect(rotated.map(({ id }) => id)).toEqual(rotated.map(() => next[0]?.id))
    expect((await site.vigile.audit.search({ action: 'keys:rotate' })).entries).toHaveLength(1)
  })

  test('S-38 TOK-5 everyone is signed out while people sign in and refresh: no session from before goes on', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => member(site)))
    const elsewhere = people.map(onOther)
    for (let round = 0; round < 3; round += 1) {
      const operations = await member(site, 'operations')
      for (const person of people)
        if ((await person.visitor.me()).status !== 200) await person.visitor.signIn(person.email)
      const before = await Promise.all(people.map(sessionId))
      const during = people.flatMap(({ visitor, email }, index) => [
        visitor.refresh(),
        elsewhere[index]?.signIn(email),
        site.visitor().signIn(email),
      ])
      const [{ status, body }, ...answers] = await Promise.all([
        operations.visitor.post('/api/admin/sessions/end-all', {}),
        ...during,
      ])
      expect([status, body.endedSessions >= before.length]).toEqual([200, true])
      // Nobody meets a fault: they are in, or told that the session is over.
      for (const answer of answers) expect([200, 401]).toContain(answer?.status)
      const live = await Promise.all(people.map(({ id }) => other.sessions.list(id)))
      expect(live.flat().filter(({ id }) => before.includes(id))).toEqual([])
      for (const { visitor } of people) expect((await visitor.refresh()).body.reason).toBe('ended_by_operator')
    }
  })

  test.runIf(kind !== 'embedded')(
    'S-38 attack: a sign-in under way outlives the end of every session: its session is over too',
    async () => {
      const [operations, person] = [await member(site, 'operations'), await member(site)]
      const browser = site.visitor()
      // The session's row is written, and not committed.
      const lock = await holdLock(site, 'lock table known_devices in share mode')
      const entering = browser.signIn(person.email)
      await lock.untilWaiting(1)
      const ending = operations.visitor.post('/api/admin/sessions/end-all', {})
      await Promise.race([ending, lock.untilWaiting(2)])
      await lock.release()
      expect([(await entering).status, (await ending).status]).toEqual([200, 200])
      expect((await browser.me()).status).toBe(401)
      expect((await browser.refresh()).body.reason).toBe('ended_by_operator')
      expect((await browser.signIn(person.email)).status).toBe(200)
    },
  )

  test('TOK-5 attack: a session that is being ended lifts a limit: it is lifted and on record, or neither', async () => {
    for (let round = 0; round < 5; round += 1) {
      const operations = await member(site, 'operations')
      const key = `race-${round}`
      const id = await blocked(key)
      const [{ status }] = await Promise.all([
        operations.visitor.send('DELETE', `/api/admin/limits/${id}`),
        other.sessions.endAll(operations.id, by),
      ])
      expect([204, 401]).toContain(status)
      const done = status === 204
      expect((await lifted(id)).length).toBe(done ? 1 : 0)
      expect((await other.limits.list({ who: key })).blocks).toHaveLength(done ? 0 : 1)
    }
  })

  test.runIf(kind !== 'embedded')(
    'TOK-5 attack: the session that lifts a limit is ended after the guard has let it pass: nothing is lifted',
    async () => {
      const operations = await member(site, 'operations')
      const id = await blocked('held')
      // As every end of a session does: the row of the account first.
      const lock = await holdLock(site, `select 1 from users where id = '${operations.id}' for no key update`)
      const act = operations.visitor.send('DELETE', `/api/admin/limits/${id}`)
      await lock.untilWaiting(1)
      await lock.run(
        `update sessions set revoked_at = 1, revoked_reason = 'signed_out' where user_id = '${operations.id}'`,
      )
      await lock.release('commit')
      const { status, body } = await act
      expect([status, body.code]).toEqual([401, 'unauthenticated'])
      expect(await lifted(id)).toEqual([])
      expect((await other.limits.list({ who: 'held' })).blocks).toHaveLength(1)
    },
  )
})
