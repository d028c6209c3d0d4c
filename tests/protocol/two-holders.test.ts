// One jar in two places: a profile that was cloned, a copy that was kept. Nobody knows who is the owner; both are out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'
import { hour, minute } from './desk.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  /** Behaves as the client does: a 409 is asked again with its fingerprint, a new token is acknowledged, then settled. */
  const createHolder = (visitor: Visitor) => {
    let heldSince = 0
    let fingerprint: string | undefined
    return {
      visit: async (): Promise<string> => {
        const settled = fingerprint !== undefined && site.now() - heldSince >= 45_000 ? { settled: fingerprint } : {}
        const first = await visitor.refresh(settled)
        const { status, body } = first.status === 409 ? await visitor.refresh({ retry: first.body.fingerprint }) : first
        if (status !== 200) return body.reason ?? body.code
        if (body.rotated) {
          ;[heldSince, fingerprint] = [site.now(), body.fingerprint]
          await visitor.ack()
        }
        return 'granted'
      },
    }
  }

  let count = 0
  const twice = async () => {
    count += 1
    const one = site.visitor()
    expect((await one.signUp(`twice-${count}@example.com`)).status).toBe(201)
    site.move(2 * hour)
    const two = site.visitor()
    two.jar.restore(one.jar.snapshot())
    return { one: createHolder(one), two: createHolder(two), jars: [one, two] as const }
  }

  test.each([
    ['by turns', ['one', 'two']],
    ['the one three times as often', ['one', 'one', 'one', 'two']],
    ['the other three times as often', ['two', 'two', 'one', 'two']],
  ] as const)(
    'PROTOCOL 12 I6 a cloned profile, used %s: both are out after a few visits, and are told why',
    async (_, order) => {
      for (const gap of [30_000, minute, 10 * minute, hour]) {
        const { one, two, jars } = await twice()
        const visits: string[] = []
        for (let turn = 0; turn < 20 && visits.at(-1) !== 'reuse'; turn += 1) {
          visits.push(await (order[turn % order.length] === 'one' ? one : two).visit())
          site.move(gap)
        }
        expect(visits.at(-1)).toBe('reuse')
        // Nobody was refused in any other way before, and nobody is let in after.
        expect(new Set(visits.slice(0, -1))).toEqual(new Set(['granted']))
        expect(await one.visit()).toBe('reuse')
        expect(await two.visit()).toBe('reuse')
        for (const visitor of jars) expect((await visitor.me()).status).toBe(401)
      }
    },
  )

  test('PROTOCOL 12 I6 a cloned profile whose copy comes back after days: it is refused, and the owner learns of it', async () => {
    const { one, two } = await twice()
    for (let days = 0; days < 6; days += 1) {
      expect(await one.visit()).toBe('granted')
      site.move(12 * hour)
    }
    expect(await two.visit()).toBe('reuse')
    expect(await one.visit()).toBe('reuse')
  })
})
