// The secrets change while people are signed in (TOK-9).

import type { Vigile } from '@vigile/engine'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { deriveKeys } from '../../engine/src/keys/derive.ts'
import { openSite, type Site, storeKinds, testSecret } from '../support/site.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { cookiesOf, day, hour, minute, newestKey, olderKey, olderSecret } from './desk.ts'

let site: Site
afterEach(async () => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  await site?.close()
})

const keyOf = (visitor: Visitor) => visitor.cookie('refresh')?.split('.')[1]

/** Secrets are read again for an unknown key once a second: lets that second pass. */
const aSecondLater = () => {
  const real = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => real() + 1_001)
}

const at = (vigile: Vigile, visitor: Visitor): Visitor => {
  const copy = createVisitor({
    vigile: () => vigile,
    publicUrl: site.publicUrl,
    now: site.now,
    address: visitor.address,
  })
  copy.jar.restore(visitor.jar.snapshot())
  return copy
}

describe.each(storeKinds)('on %s', (kind) => {
  /** The node reads its secrets every ten seconds, when it reports itself. */
  const tick = () => vi.advanceTimersByTimeAsync(10_000)
  const open = async (secrets: () => readonly string[]) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    site = await openSite(kind, { secrets })
  }
  const untilUsed = async (key: string) => {
    await vi.waitFor(async () => {
      await tick()
      const visitor = site.visitor()
      await visitor.signUp(`${Math.random()}@example.com`)
      expect(keyOf(visitor)).toBe(key)
    })
  }

  test('TOK-9 a new secret without a restart: who was signed in stays so, and moves onto it with a rotation', async () => {
    let secrets = [olderSecret]
    await open(() => secrets)
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    expect(keyOf(visitor)).toBe(olderKey.id)
    secrets = [testSecret, olderSecret]
    await untilUsed(newestKey.id)
    expect((await visitor.me()).status).toBe(200)
    site.move(2 * hour)
    const rotated = await visitor.refresh()
    expect(rotated.status).toBe(200)
    expect(keyOf(visitor)).toBe(newestKey.id)
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
  })

  test('PROTOCOL 9 TOK-9 I5 the key changes in the middle of a replay: the answer is the same to the letter', async () => {
    let secrets = [olderSecret]
    await open(() => secrets)
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    site.move(2 * hour)
    const lost = await visitor.refresh({}, { lands: false })
    secrets = [testSecret, olderSecret]
    await untilUsed(newestKey.id)
    const replayed = await visitor.refresh()
    expect(cookiesOf(replayed).refresh?.value).toBe(cookiesOf(lost).refresh?.value)
    // A sibling after a long silence is still of its generation's key.
    const held = visitor.jar.snapshot()
    site.move(2 * hour)
    expect((await visitor.refresh({}, { lands: false })).body.rotated).toBe(true)
    visitor.jar.restore(held)
    site.move(hour)
    expect((await visitor.refresh()).status).toBe(200)
    expect(keyOf(visitor)).toBe(newestKey.id)
  })

  test('TOK-9 a secret that was dropped too early: 503, never the end of the session; back on the list, all is well', async () => {
    let secrets = [testSecret]
    await open(() => secrets)
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    const cookies = visitor.jar.snapshot()
    site.move(2 * hour)
    secrets = [olderSecret]
    await untilUsed(olderKey.id)
    for (const path of ['refresh', 'ack', 'logout']) {
      const reply = await visitor.post(`/api/auth/${path}`, {})
      expect(reply.status).toBe(503)
      expect(reply.body.code).toBe('unavailable')
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(reply.setCookies).toEqual([])
    }
    expect(visitor.jar.snapshot()).toEqual(cookies)
    secrets = [olderSecret, testSecret]
    aSecondLater()
    expect((await visitor.refresh()).status).toBe(200)
    expect(keyOf(visitor)).toBe(olderKey.id)
  })

  test('TOK-9 secrets that can’t be read any more end nobody’s session', async () => {
    let broken = false
    await open(() => {
      if (broken) throw new Error('the vault is sealed')
      return [testSecret]
    })
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    broken = true
    await tick()
    aSecondLater()
    site.move(2 * hour)
    expect((await visitor.refresh()).status).toBe(200)
    const forged = visitor.cookie('refresh')?.replace(newestKey.id, deriveKeys('nobody').id) as string
    visitor.jar.put({ name: 'vigile_refresh', value: forged, path: '/api/auth' })
    expect((await visitor.refresh()).status).toBe(503)
    expect(JSON.stringify(site.log)).not.toContain(testSecret)
  })

  test('TOK-9 S-67 a forged key id costs one reading of the secrets a second', async () => {
    let reads = 0
    await open(() => {
      reads += 1
      return [testSecret]
    })
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    reads = 0
    for (let forged = 0; forged < 30; forged += 1) {
      const value = visitor.cookie('refresh')?.replace(newestKey.id, deriveKeys(`forged ${forged}`).id) as string
      const reply = await visitor.post('/api/auth/refresh', {}, { cookie: `vigile_refresh=${value}` })
      expect(reply.status).toBe(503)
    }
    expect(reads).toBeLessThanOrEqual(1)
  })
})

describe('two nodes', () => {
  test('PROTOCOL 9 TOK-9 a rolling change: no node makes what another can’t read, and nobody is refused on the way', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const lists = { one: [olderSecret], two: [olderSecret] }
    site = await openSite('PostgreSQL and Redis', { secrets: () => lists.one })
    const two = await site.node({ secrets: () => lists.two })
    const tick = () => vi.advanceTimersByTimeAsync(10_000)
    const newcomer = async (vigile: Vigile) => {
      const visitor = at(vigile, site.visitor())
      await visitor.signUp(`${Math.random()}@example.com`)
      return visitor
    }
    const worksAt = async (vigile: Vigile, visitor: Visitor) => {
      const there = at(vigile, visitor)
      expect((await there.me()).status).toBe(200)
      expect((await there.refresh()).status).toBe(200)
      expect((await there.ack()).status).not.toBe(401)
    }
    const onEach = async () => {
      for (const [made, used] of [
        [site.vigile, two],
        [two, site.vigile],
      ] as const)
        await worksAt(used, await newcomer(made))
    }
    await onEach()

    // The first node gets the new secret. It verifies with it, and goes on making with the old one.
    lists.one = [testSecret, olderSecret]
    for (let times = 0; times < 3; times += 1) {
      await tick()
      await onEach()
      expect(keyOf(await newcomer(site.vigile))).toBe(olderKey.id)
    }

    // The second one as well: from now on both make with it.
    lists.two = [testSecret, olderSecret]
    await vi.waitFor(async () => {
      await tick()
      await onEach()
      for (const node of [site.vigile, two]) expect(keyOf(await newcomer(node))).toBe(newestKey.id)
    }, 30_000)
  })

  test('PROTOCOL 9 TOK-9 a node that has not heard of the new secret answers 503, reads its secrets again, and goes on', async () => {
    const lists = { one: [testSecret, olderSecret], two: [olderSecret] }
    site = await openSite('PostgreSQL and Redis', { secrets: () => lists.one })
    // Made while the first node was alone, so with the new secret.
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    expect(keyOf(visitor)).toBe(newestKey.id)
    const two = await site.node({ secrets: () => lists.two })
    site.move(20 * minute)
    const there = at(two, visitor)
    const refused = await there.refresh()
    expect(refused.status).toBe(503)
    expect(refused.setCookies).toEqual([])
    lists.two = [testSecret, olderSecret]
    aSecondLater()
    expect((await there.refresh()).status).toBe(200)
  })

  test('TOK-9 after the absolute life the old secret can be dropped: nobody notices', async () => {
    let secrets = [testSecret, olderSecret]
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    site = await openSite('PostgreSQL and Redis', { secrets: () => secrets })
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    secrets = [testSecret]
    site.move(6 * day)
    await vi.advanceTimersByTimeAsync(10_000)
    expect((await visitor.refresh()).status).toBe(200)
    expect((await visitor.me()).status).toBe(200)
  })
})
