// A thousand guesses at once, so that all are under way before the first has failed (H-14).
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'

const counts = vi.hoisted(() => ({ verifications: 0 }))
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof import('@node-rs/argon2')>()
  const verify: typeof real.verify = (...given) => {
    counts.verifications += 1
    return real.verify(...given)
  }
  return { ...real, verify }
})

let site: Site
afterEach(() => site?.close())

type Node = Pick<Site['vigile'], 'fetch'>
const guessAt = (email: (index: number) => string, address: (index: number) => string) => (node: Node, index: number) =>
  node.fetch(
    new Request(`${site.publicUrl}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: email(index), password: `no-quiet-harbour-${index}` }),
    }),
    { address: address(index) },
  )

const attack = async (nodes: readonly Node[], times: number, guess: ReturnType<typeof guessAt>) => {
  counts.verifications = 0
  const replies = await Promise.all(
    Array.from({ length: times }, (_, index) => guess(nodes[index % nodes.length] as Node, index)),
  )
  const seen = replies.map(({ status }) => status)
  return {
    tried: counts.verifications,
    wrong: seen.filter((status) => status === 401).length,
    refused: seen.filter((status) => status === 429).length,
  }
}

describe.each([
  ['memory', 'embedded', 1],
  ['Redis', 'PostgreSQL and Redis', 2],
] as const)('LIM-4 H-14 a thousand parallel attempts at a limit of ten let ten be tried: %s', (_, kind, nodes) => {
  test.each([
    ['one address, many accounts', (n: number) => `nobody${n}@example.com`, () => '203.0.113.5'],
    ['one account, many addresses', () => 'ada@example.com', (n: number) => `198.18.${n >> 8}.${n & 255}`],
    [
      'one account that nobody has, many addresses',
      () => 'nobody@example.com',
      (n: number) => `198.18.${n >> 8}.${n & 255}`,
    ],
    ['one account, one address', () => 'ada@example.com', () => '203.0.113.6'],
  ])('%s', async (_name, email, address) => {
    site = await openSite(kind)
    await site.visitor().signUp('ada@example.com')
    const all = [site.vigile, ...(nodes === 2 ? [await site.node()] : [])]
    expect(await attack(all, 1000, guessAt(email, address))).toEqual({ tried: 10, wrong: 10, refused: 990 })
    // And no more when they have settled.
    expect(await attack(all, 20, guessAt(email, address))).toEqual({ tried: 0, wrong: 0, refused: 20 })
  })
})

test('LIM-7 S-12 while strangers guess, the owner signs in from a browser that the account knows', async () => {
  site = await openSite('embedded')
  const owner = site.visitor()
  await owner.signUp('ada@example.com')
  await owner.post('/api/auth/logout', {})
  const strangers = guessAt(
    () => 'ada@example.com',
    (n) => `198.18.${n >> 8}.${n & 255}`,
  )
  const [{ tried }, reply] = await Promise.all([
    attack([site.vigile], 200, strangers),
    owner.signIn('ada@example.com', goodPassword),
  ])
  expect(tried).toBe(11)
  expect(reply.status).toBe(200)
})

test('LIM-4 two hundred parallel sign-ups at a limit of ten make ten accounts', async () => {
  site = await openSite('embedded')
  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, index) => site.visitor('203.0.113.7').signUp(`person${index}@example.com`)),
  )
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(10)
  expect(replies.filter(({ status }) => status === 429)).toHaveLength(190)
})

test('LIM-1 an attacker whom a limit refuses leaves no counts behind for each account he names', async () => {
  site = await openSite('PostgreSQL and Redis')
  const guess = guessAt(
    (n) => `nobody${n}@example.com`,
    () => '203.0.113.8',
  )
  await attack([site.vigile], 500, guess)
  // Three of the address, ten of accounts, the probe, the list of who is refused.
  expect(await keysIn(Number(new URL(site.redis ?? '').port))).toBeLessThanOrEqual(15)
})

const keysIn = async (port: number): Promise<number> => {
  const socket = connect(port, '127.0.0.1')
  socket.write('DBSIZE\r\n')
  const [data] = await once(socket, 'data')
  socket.destroy()
  return Number(/^:(\d+)/.exec(String(data))?.[1])
}
