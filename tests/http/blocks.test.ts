// Who is refused by a limit: operators see it and lift it, as a function and over HTTP, and nobody else does.
import { createVigile, parseUserId, type Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '../../engine/src/primitives/log.ts'
import { storeKinds, testSecret } from '../support/site.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'
import { type DocumentedSite, openDocumentedSite } from './documented.ts'

const by = { kind: 'operator', name: 'test' } as const
const wrong = 'another-harbour-lantern-42'
const minute = 60_000

describe.each(storeKinds)('on %s', (kind) => {
  let site: DocumentedSite
  /** Where the blocks are looked at: another node, where there is one. */
  let elsewhere: Vigile
  let people = 0

  beforeAll(async () => {
    site = await openDocumentedSite(kind, {
      roles: { watcher: ['system:read'], keeper: ['system:*'], clerk: ['users:*'] },
    })
    await site.vigile.roles.seed(by)
    elsewhere = kind === 'embedded' ? site.vigile : await site.node()
  })
  afterAll(() => site?.close())

  const someone = async (role?: string) => {
    people += 1
    const email = `person${people}@example.com`
    const visitor = site.visitor()
    const { body } = await visitor.signUp(email)
    const id = parseUserId(body.user.id)
    if (id === null) throw new Error('no id')
    if (role) await site.vigile.roles.grant(id, role, by)
    await visitor.signIn(email)
    await visitor.ack()
    return { visitor, email, id }
  }
  const guess = async (email: string, count: number, visitor = site.visitor()): Promise<Visitor> => {
    for (let each = 0; each < count; each += 1) await visitor.signIn(email, wrong)
    return visitor
  }
  /** The note that a count has refused somebody is waited for by nobody. */
  const blocksOf = async (who: string, count = 1) => {
    await expect.poll(async () => (await elsewhere.limits.list({ who })).blocks).toHaveLength(count)
    return (await elsewhere.limits.list({ who })).blocks
  }
  const entries = async (action: string) => (await site.vigile.audit.search({ action })).entries

  test('LIM-6 an address that is refused is listed on every node; lifted there, it is let in here at once', async () => {
    const { email } = await someone()
    const refused = site.visitor()
    for (let each = 0; each < 10; each += 1) await guess(`nobody${each}@of.example.com`, 1, refused)
    expect((await elsewhere.limits.list({ who: refused.address })).blocks).toEqual([])
    expect((await refused.signIn(email)).status).toBe(429)
    const [block] = await blocksOf(refused.address)
    expect(block).toMatchObject({
      rule: 'signInIp',
      closed: false,
      kind: 'address',
      whose: refused.address,
      userId: null,
      count: 10,
      limit: 10,
    })
    expect(Math.abs((block?.until ?? 0) - site.now() - 15 * minute)).toBeLessThan(minute)
    expect(await elsewhere.limits.lift(block?.id ?? '', by)).toMatchObject({ ok: true, value: { rule: 'signInIp' } })
    expect((await refused.signIn(email)).status).toBe(200)
    expect((await elsewhere.limits.list({ who: refused.address })).blocks).toEqual([])
    expect(await elsewhere.limits.lift(block?.id ?? '', by)).toEqual({ ok: false, error: 'not_found' })
    const [entry, ...more] = (await entries('limit:lift')).filter(({ resourceId }) => resourceId === block?.id)
    expect(more).toEqual([])
    expect(entry).toMatchObject({
      resource: 'limit',
      details: {
        by: 'operator:test',
        kind: 'address',
        whose: refused.address,
        before: { rule: 'signInIp', count: 10, limit: 10 },
        after: null,
      },
    })
  })

  test('LIM-6 IPv6: the /64 is told, and found by any address in it', async () => {
    const refused = site.visitor('2001:db8:7:7::1')
    for (let each = 0; each < 11; each += 1) await guess(`nobody${each}@six.example.com`, 1, refused)
    expect(await blocksOf('2001:0db8:7:7::beef')).toMatchObject([{ kind: 'address', whose: '2001:db8:7:7::/64' }])
  })

  test('LIM-6 an account is told by its email, to be found by it; what nobody has by what the record has of it', async () => {
    const { email, id } = await someone()
    for (let each = 0; each < 11; each += 1) await guess(email, 1)
    expect(await blocksOf(email.toUpperCase())).toMatchObject([
      { rule: 'signInAccount', kind: 'account', whose: email, userId: id },
    ])
    expect(await blocksOf(id)).toMatchObject([{ rule: 'signInAccount', userId: id }])
    for (let each = 0; each < 11; each += 1) await guess('nobody@nowhere.example.com', 1)
    const [nobodys] = await blocksOf('nobody@nowhere.example.com')
    const [limited] = (await entries('limit:refused')).concat(await entries('session:sign-in:failed'))
    expect(limited).toBeDefined()
    expect(nobodys).toMatchObject({ kind: 'email', userId: null })
    expect(nobodys?.whose).toMatch(/^[\w-]{16}$/)
    const failed = (await entries('session:')).map(({ details }) => details.emailHash)
    expect(failed).toContain(nobodys?.whose)
  })

  test('LIM-6 the block of a browser that the account knows is told apart, and its lift leaves strangers refused', async () => {
    const { email, visitor } = await someone()
    for (let each = 0; each < 11; each += 1) await guess(email, 1)
    await guess(email, 11, visitor)
    const blocks = await blocksOf(email, 2)
    expect(blocks.map((block) => [block.kind, block.rule]).sort()).toEqual([
      ['account', 'signInAccount'],
      ['browser', 'signInDevice'],
    ])
    const browser = blocks.find((block) => block.kind === 'browser')
    await elsewhere.limits.lift(browser?.id ?? '', by)
    expect((await visitor.signIn(email)).status).toBe(200)
    expect((await site.visitor().signIn(email)).status).toBe(429)
  })

  test('LIM-6 LIM-8 an application’s own limits are listed by their keys, and lifted', async () => {
    const once = { limit: 1, windowSeconds: 900 }
    const key = 'export of "ada" é'
    await site.vigile.limits.check(key, once)
    expect((await site.vigile.limits.check(key, once)).allowed).toBe(false)
    const [block] = await blocksOf(key)
    expect(block).toMatchObject({ rule: 'application', kind: 'application', whose: key, count: 1, limit: 1 })
    await elsewhere.limits.lift(block?.id ?? '', by)
    expect((await site.vigile.limits.check(key, once)).allowed).toBe(true)
  })

  test('LIM-6 what the time has ended is no block any more; what can be none is misuse', async () => {
    const { limits } = elsewhere
    const short = { limit: 1, windowSeconds: 1 }
    await site.vigile.limits.check('short', short)
    await site.vigile.limits.check('short', short)
    if (kind === 'embedded') site.move(2_000)
    await expect.poll(async () => (await limits.list({ who: 'short' })).blocks, { timeout: 5_000 }).toEqual([])
    await expect(limits.list({ limit: 0 })).rejects.toThrow(RangeError)
    await expect(limits.list({ limit: 201 })).rejects.toThrow(RangeError)
    await expect(limits.list({ who: '' })).rejects.toThrow(RangeError)
    expect(await limits.lift('no such block', by)).toEqual({ ok: false, error: 'not_found' })
  })

  test('LIM-6 S-86 over HTTP: who may not see them sees nothing, who may see them lifts nothing', async () => {
    const refused = site.visitor()
    for (let each = 0; each < 11; each += 1) await guess(`nobody${each}@http.example.com`, 1, refused)
    const [block] = await blocksOf(refused.address)
    const path = `/api/admin/limits/${block?.id}`
    expect((await site.visitor().get('/api/admin/limits')).status).toBe(401)
    expect((await site.visitor().send('DELETE', path)).status).toBe(401)
    // Neither one who may see every account, nor one who may do nothing; and a block that there is is as one that there is not.
    for (const role of ['clerk', undefined]) {
      const { visitor } = await someone(role)
      const asked = await visitor.get('/api/admin/limits')
      expect([asked.status, asked.body.permission]).toEqual([403, 'system:read'])
      expect(asked.text).not.toContain(refused.address)
      const lifts = [await visitor.send('DELETE', path), await visitor.send('DELETE', `${path.slice(0, -4)}AAAA`)]
      for (const { status, body } of lifts) expect([status, body.permission]).toEqual([403, 'system:admin'])
    }
    const watcher = await someone('watcher')
    const { body } = await watcher.visitor.get(`/api/admin/limits?who=${refused.address}&limit=5`)
    // Redis tells how long it takes yet, so the end is said to a few milliseconds.
    const same = { ...block, until: expect.any(Number) }
    expect(body).toEqual({ blocks: [same], more: false, limits: kind === 'embedded' ? 'this_node' : 'all_nodes' })
    expect((await watcher.visitor.send('DELETE', path)).body.permission).toBe('system:admin')
    expect((await watcher.visitor.get('/api/admin/limits?limit=201')).status).toBe(400)
    expect((await watcher.visitor.get('/api/admin/limits?all=1')).status).toBe(400)
    await watcher.visitor.get('/api/admin/limits')
    expect((await entries('limit:list')).filter(({ userId }) => userId === watcher.id)).toHaveLength(1)
    expect(await blocksOf(refused.address)).toHaveLength(1)
  })

  test('LIM-6 TOK-11 over HTTP: a lift takes the CSRF token and a recent sign-in, and is on record with who did it', async () => {
    const refused = site.visitor()
    for (let each = 0; each < 11; each += 1) await guess(`nobody${each}@lift.example.com`, 1, refused)
    const [block] = await blocksOf(refused.address)
    const path = `/api/admin/limits/${block?.id}`
    const { visitor, email, id } = await someone('keeper')
    expect((await visitor.send('DELETE', path, { csrf: null })).body.code).toBe('csrf_failed')
    expect((await visitor.send('DELETE', path, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await visitor.send('DELETE', '/api/admin/limits/short')).status).toBe(404)
    expect((await visitor.send('DELETE', '/api/admin/limits/AAAAAAAAAAAAAAAA')).status).toBe(404)
    if (kind === 'embedded') {
      site.move(11 * minute)
      await visitor.refresh()
      expect((await visitor.send('DELETE', path)).body.code).toBe('reauthentication_required')
      await visitor.signIn(email)
    }
    expect((await visitor.send('DELETE', path)).status).toBe(204)
    expect((await refused.signIn(email)).status).toBe(200)
    const [entry] = (await entries('limit:lift')).filter(({ resourceId }) => resourceId === block?.id)
    expect(entry).toMatchObject({ ip: visitor.address, details: { by: `user:${id}`, whose: refused.address } })
  })
})

describe.each(storeKinds)('LIM-7 a closed sign-in, on %s', (kind) => {
  let site: DocumentedSite
  beforeAll(async () => {
    const rules = { signInIp: null, signInIpHour: null, signInBurst: null, signInAccount: null }
    site = await openDocumentedSite(kind, {
      limits: { rules },
    })
  })
  afterAll(() => site?.close())

  const close = async (email: string) => {
    const stranger = site.visitor()
    for (let batch = 0; batch < 10; batch += 1)
      await Promise.all(Array.from({ length: 10 }, () => stranger.signIn(email, wrong)))
    expect((await stranger.signIn(email)).status).toBe(429)
    return stranger
  }

  test('LIM-6 LIM-7 is seen with whose it is, by a command beside the server too, and opened once by whoever lifts it first', async () => {
    const owner = site.visitor()
    await owner.signUp('ada@example.com')
    const stranger = await close('ada@example.com')
    const redis = site.redis === undefined ? {} : { redis: site.redis }
    const command = createVigile({
      ...{ publicUrl: site.publicUrl, secrets: testSecret, production: false, database: site.database, ...redis },
      role: 'command',
      log: silentLog,
    })
    const found = await command.limits.list()
    expect(found).toMatchObject({
      blocks: [
        { rule: 'signInAccount', closed: true, kind: 'account', whose: 'ada@example.com', count: 100, until: null },
      ],
      more: false,
      // It has no way to the memory of the server.
      limits: kind === 'embedded' ? 'none' : 'all_nodes',
    })
    const { id = '' } = found.blocks[0] ?? {}
    expect((await command.limits.list({ who: 'ada@example.com' })).blocks).toHaveLength(1)
    expect((await command.limits.list({ who: 'bob@example.com' })).blocks).toEqual([])
    expect((await command.limits.list({ who: stranger.address })).blocks).toEqual([])
    const lifts = await Promise.all(
      [command, site.vigile, command, site.vigile].map(({ limits }) => limits.lift(id, by)),
    )
    expect(lifts.filter(({ ok }) => ok)).toHaveLength(1)
    expect((await site.vigile.audit.search({ action: 'limit:lift' })).entries).toHaveLength(1)
    expect((await stranger.signIn('ada@example.com')).status).toBe(200)
    await command.close()
  })

  test('LIM-6 one who has another email since is not named for the old one', async () => {
    const nobodys = 'nobody@example.com'
    await close(nobodys)
    const { blocks } = await site.vigile.limits.list({ who: nobodys })
    expect(blocks).toMatchObject([{ kind: 'email', userId: null, closed: true }])
    expect(JSON.stringify(blocks)).not.toContain(nobodys)
    const owner = site.visitor()
    await owner.signUp(nobodys, goodPassword)
    expect((await site.vigile.limits.list({ who: nobodys })).blocks).toMatchObject([
      { kind: 'account', whose: nobodys },
    ])
  })
})
