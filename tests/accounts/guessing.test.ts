// Guessing passwords: attackers are slowed and shut out, owners are not (LIM-7, S-11, S-12, H-14).
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { type Argon2, statementsOf } from './work.ts'

const hasher = vi.hoisted(() => ({ verified: 0, held: null as Promise<void> | null }))
// Hashes that only look like Argon2: thousands of guesses are sent here, and how each is hashed is not what is at stake.
vi.mock('@node-rs/argon2', async (original) => {
  const digest = (password: string) => createHash('sha256').update(password).digest('base64').replaceAll('=', '')
  return {
    ...(await original<Argon2>()),
    hash: async (password: string, { memoryCost, timeCost, parallelism }: Record<string, number>) =>
      `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${'A'.repeat(22)}$${digest(password)}`,
    verify: async (stored: string, password: string) => {
      hasher.verified += 1
      await hasher.held
      return stored.endsWith(`$${digest(password)}`)
    },
  }
})

const by = { kind: 'operator', name: 'test' } as const
const wrong = 'another-harbour-lantern-42'
const countOf = (replies: readonly { status: number }[], status: number) =>
  replies.filter((reply) => reply.status === status).length

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    site = await openSite(kind)
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
  })
  afterAll(() => site?.close())

  let visitors = 0
  /** Someone new, on each node in turn. */
  const stranger = (address?: string): Visitor => {
    visitors += 1
    const vigile = nodes[visitors % nodes.length] as Vigile
    const own = address ?? `203.0.${Math.floor(visitors / 250)}.${(visitors % 250) + 1}`
    return createVisitor({ vigile: () => vigile, publicUrl: site.publicUrl, now: site.now, address: own })
  }
  const atOnce = (count: number, attempt: (index: number) => Promise<{ status: number }>) =>
    Promise.all(Array.from({ length: count }, (_, index) => attempt(index)))

  test('H-14 of 60 parallel guesses at one account ten are looked at, on whatever node and from whatever address', async () => {
    await site.visitor().signUp('raced@example.com')
    hasher.verified = 0
    const replies = await atOnce(60, () => stranger().signIn('raced@example.com', wrong))
    expect([countOf(replies, 401), countOf(replies, 429)]).toEqual([10, 50])
    expect(hasher.verified).toBe(10)
  })

  test('S-12 LIM-7 the owner signs in on a browser that the account knows, while an attacker fails 500 times', async () => {
    const owner = stranger()
    expect((await owner.signUp('owner@example.com')).status).toBe(201)
    for (let round = 0; round < 5; round += 1) {
      await atOnce(50, () => stranger().signIn('owner@example.com', wrong))
      await atOnce(50, () => stranger(owner.address).signIn('owner@example.com', wrong))
      expect((await owner.signIn('owner@example.com')).status).toBe(200)
    }
    // The attacker has learnt nothing by then: not even the right password helps him.
    expect((await stranger().signIn('owner@example.com')).status).toBe(429)
  })

  test('S-12 LIM-7 a browser that the account knows is bounded too, and what it spends is its own', async () => {
    const owner = stranger()
    await owner.signUp('shared@example.com')
    hasher.verified = 0
    const replies = await atOnce(20, () => owner.signIn('shared@example.com', wrong))
    expect([countOf(replies, 401), countOf(replies, 429)]).toEqual([10, 10])
    expect(hasher.verified).toBe(10)
    expect((await owner.signIn('shared@example.com')).status).toBe(429)
    expect((await stranger(owner.address).signIn('shared@example.com')).status).toBe(200)
  })

  test('LIM-1 successes count nothing: an office signs in behind one address', async () => {
    await site.visitor().signUp('office@example.com')
    const address = '192.0.2.77'
    for (let person = 0; person < 25; person += 1)
      expect((await stranger(address).signIn('office@example.com')).status).toBe(200)
  })

  test('an attacker with an account of his own does not wash his address clean', async () => {
    const address = '192.0.2.78'
    await stranger().signUp('attacker@example.com')
    await stranger().signUp('victim@example.com')
    const statuses: number[] = []
    for (let tries = 0; tries < 12; tries += 1) {
      statuses.push((await stranger(address).signIn(`victim-${tries}@example.com`, wrong)).status)
      if (tries < 9) expect((await stranger(address).signIn('attacker@example.com')).status).toBe(200)
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429])
  })

  test('H-4 every spelling of an email spends the same count', async () => {
    const spellings = ['spelt@example.com', 'SPELT@example.com', ' spelt@EXAMPLE.com', 'ｓｐｅｌｔ@example.com']
    const statuses: number[] = []
    for (let tries = 0; tries < 12; tries += 1)
      statuses.push((await stranger().signIn(spellings[tries % 4] as string, wrong)).status)
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429])
  })

  test('attack: S-12 LIM-7 strangers from everywhere fill the queue of passwords: the owner on a browser that the account knows is served, and a refused stranger costs no statement', async () => {
    const owner = stranger()
    await owner.signUp('flooded@example.com')
    const changing = stranger()
    await changing.signUp('changing@example.com')
    const gate = Promise.withResolvers<void>()
    hasher.held = gate.promise
    const full = nodes.length * (availableParallelism() + 100)
    let refused = 0
    const crowd = atOnce(full + nodes.length * 10, async (index) => {
      const reply = await stranger().signIn(`flood-${index}@example.com`, wrong)
      refused += reply.status === 503 ? 1 : 0
      return reply
    })
    const owners: Promise<Reply>[] = []
    try {
      await vi.waitFor(() => expect(refused).toBe(nodes.length * 10), 8_000)
      const more = () => atOnce(10, (index) => stranger().signIn(`more-${index}@example.com`, wrong))
      const { value, statements } = await statementsOf(more)
      expect([countOf(value, 503), statements]).toEqual([10, []])
      const body = { currentPassword: goodPassword, newPassword: 'another-quiet-lantern-43' }
      owners.push(owner.signIn('flooded@example.com'), changing.post('/api/auth/password/change', body))
      // Time to be refused, where that is what happens.
      await new Promise((resolve) => setTimeout(resolve, 700))
    } finally {
      hasher.held = null
      gate.resolve()
    }
    expect((await Promise.all(owners)).map(({ status }) => status)).toEqual([200, 200])
    await crowd
  })

  test('S-11 an attempt that could not be checked counts nothing: 120 answers of 503, then the owner signs in', async () => {
    const { address } = stranger()
    await stranger().signUp('unlucky@example.com')
    const gate = Promise.withResolvers<void>()
    hasher.held = gate.promise
    // On each node as many as may be checked and may wait, and ten more.
    const full = nodes.length * (availableParallelism() + 100)
    let answered = 0
    const crowd = atOnce(full + nodes.length * 10, async (index) => {
      const reply = await stranger().signIn(`crowd-${index}@example.com`, wrong)
      answered += 1
      return reply
    })
    try {
      await vi.waitFor(() => expect(answered).toBe(nodes.length * 10), 8_000)
      for (let round = 0; round < 12; round += 1) {
        const replies = await atOnce(10, () => stranger(address).signIn('unlucky@example.com'))
        expect(countOf(replies, 503)).toBe(10)
      }
    } finally {
      hasher.held = null
      gate.resolve()
    }
    expect(countOf(await crowd, 401)).toBe(full)
    const { status, headers } = await stranger(address).signIn('unlucky@example.com', wrong)
    expect([status, headers.get('ratelimit')]).toEqual([401, expect.stringContaining('r=9;')])
    expect((await stranger(address).signIn('unlucky@example.com')).status).toBe(200)
  })
})

describe.each(storeKinds)('without the limits of a quarter of an hour, on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    const rules = { signInIp: null, signInIpHour: null, signInAccount: null, signInDevice: null, signInBurst: null }
    site = await openSite(kind, { limits: { rules } })
  })
  afterAll(() => site?.close())
  const atOnce = (count: number, attempt: () => Promise<{ status: number }>) =>
    Promise.all(Array.from({ length: count }, attempt))

  test('S-11 LIM-7 a hundred failures in a row close sign-in to unknown browsers, among 300 parallel ones too', async () => {
    const owner = site.visitor()
    const { id } = (await owner.signUp('target@example.com')).body.user
    hasher.verified = 0
    const replies = await atOnce(300, () => site.visitor().signIn('target@example.com', wrong))
    expect([countOf(replies, 401), countOf(replies, 429)]).toEqual([100, 200])
    expect(hasher.verified).toBe(100)
    const closed = await site.visitor().signIn('target@example.com')
    expect([closed.status, closed.headers.get('retry-after')]).toEqual([429, '86400'])
    // Neither time nor the owner's own sign-in opens it to strangers.
    site.move(2 * 86_400_000)
    expect((await owner.signIn('target@example.com')).status).toBe(200)
    expect((await site.visitor().signIn('target@example.com')).status).toBe(429)
    // The operator vouches for the mailbox.
    expect(await site.vigile.users.verifyEmail(id, by)).toEqual({ ok: true, value: undefined })
    expect((await site.visitor().signIn('target@example.com')).status).toBe(200)
  })

  test('S-11 a success in between begins the count anew', async () => {
    await site.visitor().signUp('forgetful@example.com')
    for (const failures of [99, 99]) {
      const replies = await atOnce(failures, () => site.visitor().signIn('forgetful@example.com', wrong))
      expect(countOf(replies, 401)).toBe(failures)
      expect((await site.visitor().signIn('forgetful@example.com')).status).toBe(200)
    }
  })

  test('S-11 a browser that the account knows has a hundred failures in a row of its own', async () => {
    const owner = site.visitor()
    await owner.signUp('thief@example.com')
    // The browser travels: its address does not count.
    const guess = () => {
      const elsewhere = site.visitor()
      elsewhere.jar.restore(owner.jar.snapshot())
      return elsewhere.signIn('thief@example.com', wrong)
    }
    const replies: { status: number }[] = []
    // No more at once than one browser has places to wait.
    for (let round = 0; round < 10; round += 1) replies.push(...(await atOnce(15, guess)))
    expect([countOf(replies, 401), countOf(replies, 429)]).toEqual([100, 50])
    expect((await owner.signIn('thief@example.com')).status).toBe(429)
    expect((await site.visitor().signIn('thief@example.com')).status).toBe(200)
  })

  test('S-11 S-13 an email without an account closes at the same attempt', async () => {
    const replies = await atOnce(110, () => site.visitor().signIn('nobody@example.com', wrong))
    expect([countOf(replies, 401), countOf(replies, 429)]).toEqual([100, 10])
  })
})

test('S-12 a patient attacker has ten guesses in a quarter of an hour, and is shut out after the hundredth', async () => {
  const site = await openSite('embedded')
  await site.visitor().signUp('patient@example.com')
  hasher.verified = 0
  for (let quarter = 0; quarter < 12; quarter += 1) {
    for (let tries = 0; tries < 11; tries += 1) await site.visitor().signIn('patient@example.com', wrong)
    expect(hasher.verified).toBe(Math.min(10 * (quarter + 1), 100))
    site.move(16 * 60_000)
  }
  expect((await site.visitor().signIn('patient@example.com')).headers.get('retry-after')).toBe('86400')
  await site.close()
})
