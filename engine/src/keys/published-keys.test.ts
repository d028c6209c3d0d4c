// Signing keys as other services see them, and as people who are signed in do not (TOK-1, TOK-9).

import type { Vigile } from '@vigile/engine'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { claimsOf, keyIdOf, minute, operator } from '../../../tests/protocol/desk.ts'
import { openSite, type Site, storeKinds } from '../../../tests/support/site.ts'
import { createVisitor, type Visitor } from '../../../tests/support/visitor.ts'

let site: Site
afterEach(() => site?.close())

const lead = 10 * minute

/** What a service that knows the address alone fetches. */
const jwks = async (vigile = site.vigile) => {
  const response = await vigile.fetch(new Request(`${site.publicUrl}/.well-known/jwks.json`), { address: '192.0.2.50' })
  expect(response.status).toBe(200)
  return { set: (await response.json()) as JSONWebKeySet, headers: response.headers }
}

/** As another service would verify: its own library, its own idea of issuer and audience, nothing of ours. */
const verifyAsService = async (token: string | undefined, set: JSONWebKeySet) =>
  jwtVerify(token ?? '', createLocalJWKSet(set), {
    issuer: site.publicUrl,
    audience: site.publicUrl,
    typ: 'at+jwt',
    algorithms: ['EdDSA', 'ES256'],
    currentDate: new Date(site.now()),
  })

const keyOf = (visitor: Visitor) => keyIdOf(visitor.cookie('access'))

describe.each(storeKinds)('on %s', (kind) => {
  test.each(['EdDSA', 'ES256'] as const)(
    'TOK-1 a token signed with %s is verified by the published keys alone',
    async (algorithm) => {
      site = await openSite(kind, { keys: { algorithm } })
      const visitor = site.visitor()
      const { body } = await visitor.signUp('ada@example.com')
      const { set, headers } = await jwks()
      expect(headers.get('cache-control')).toBe('public, max-age=300')
      expect(set.keys).toHaveLength(1)
      for (const key of set.keys) {
        expect(key).toMatchObject({ alg: algorithm, use: 'sig' })
        for (const secret of ['d', 'p', 'q', 'k']) expect(key).not.toHaveProperty(secret)
      }
      const { payload, protectedHeader } = await verifyAsService(visitor.cookie('access'), set)
      expect(protectedHeader).toEqual({ alg: algorithm, kid: set.keys[0]?.kid, typ: 'at+jwt' })
      expect(payload).toMatchObject({ sub: body.user.id, sid: body.session.id, gen: 0, seq: 0 })
      site.move(16 * minute)
      await expect(
        verifyAsService(visitor.jar.snapshot().find((one) => one.name.includes('access'))?.value, set),
      ).rejects.toThrow(errors.JWTExpired)
    },
  )

  test('TOK-1 a service for which the token was not made refuses it', async () => {
    site = await openSite(kind, { keys: { audience: 'https://api.example.com' } })
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    const { set } = await jwks()
    await expect(verifyAsService(visitor.cookie('access'), set)).rejects.toThrow(errors.JWTClaimValidationFailed)
    expect((await visitor.me()).status).toBe(200)
  })

  test('TOK-9 a rotation: published first, signing later, and nobody is signed out', async () => {
    site = await openSite(kind)
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    const old = keyOf(visitor)
    const cached = (await jwks()).set
    const { id } = await site.vigile.keys.rotate(operator)
    expect((await jwks()).set.keys.map(({ kid }) => kid)).toEqual([old, id])

    // A service that fetched the keys just before still verifies everything for as long as it may hold them.
    site.move(5 * minute)
    await visitor.refresh()
    expect(keyOf(visitor)).toBe(old)
    await verifyAsService(visitor.cookie('access'), cached)

    site.move(lead - 5 * minute + 1_000)
    const lastOfOld = visitor.cookie('access')
    expect((await visitor.me()).status).toBe(200)
    await visitor.refresh()
    expect(keyOf(visitor)).toBe(id)
    const { set } = await jwks()
    for (const token of [lastOfOld, visitor.cookie('access')]) await verifyAsService(token, set)
    expect((await visitor.me()).status).toBe(200)
    expect((await site.vigile.keys.list()).map(({ state }) => state)).toEqual(['verifying', 'signing'])
  })

  test('OPS-1 TOK-9 after a restart the keys are the same ones', async () => {
    site = await openSite(kind)
    const before = (await jwks()).set
    await site.vigile.keys.rotate(operator)
    const after = (await jwks()).set
    expect(after.keys[0]).toEqual(before.keys[0])
    expect((await site.vigile.keys.list()).map(({ id }) => id)).toEqual(after.keys.map(({ kid }) => kid))
  })
})

describe('two nodes', () => {
  test('TOK-9 both rotate at once: one new key, published by both before either signs with it', async () => {
    site = await openSite('PostgreSQL and Redis')
    const other = await site.node()
    const made = await Promise.all([site.vigile.keys.rotate(operator), other.keys.rotate(operator)])
    expect(made[0]).toEqual(made[1])
    for (const node of [site.vigile, other])
      await vi.waitFor(async () => expect((await jwks(node)).set.keys.map(({ kid }) => kid)).toContain(made[0].id))
    expect((await site.vigile.keys.list()).map(({ state }) => state)).toEqual(['signing', 'next'])
  })

  test('TOK-9 OPS-11 what one node signs the other accepts, the moment the new key signs', async () => {
    site = await openSite('PostgreSQL and Redis')
    const other = await site.node()
    const { id } = await other.keys.rotate(operator)
    site.move(lead + 1_000)
    const visitor = createVisitor({
      vigile: () => other,
      publicUrl: site.publicUrl,
      now: site.now,
      address: '192.0.2.1',
    })
    await visitor.signUp('ada@example.com')
    expect(keyOf(visitor)).toBe(id)
    const here = createVisitor({
      vigile: () => site.vigile as Vigile,
      publicUrl: site.publicUrl,
      now: site.now,
      address: '192.0.2.1',
    })
    here.jar.restore(visitor.jar.snapshot())
    expect((await here.me()).status).toBe(200)
    expect(claimsOf(here.cookie('access')).sid).toBe((await here.me()).body.session.id)
  })
})
