// Nobody learns who has an account: answers, statements and hashes are the same (ACC-3, S-13).
import type { UserId } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword, type Reply } from '../support/visitor.ts'
import { type Argon2, statementsOf } from './work.ts'

const hashes = vi.hoisted(() => ({ done: [] as string[] }))
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<Argon2>()
  return {
    ...real,
    hash: (...input: unknown[]) => {
      hashes.done.push('hash')
      return real.hash(...input)
    },
    verify: (...input: unknown[]) => {
      hashes.done.push('verify')
      return real.verify(...input)
    },
  }
})

const by = { kind: 'operator', name: 'test' } as const

/** An answer without what belongs to the one request, and to the second in which it came. */
const seen = ({ status, headers, body }: Reply) => {
  const { requestId, retryAfterSeconds = 0, ...rest } = body
  const minutes = (seconds: string | number) => Math.ceil(Number(seconds) / 60)
  const kept = Object.fromEntries([...headers].filter(([name]) => name !== 'x-request-id'))
  if (kept.ratelimit) kept.ratelimit = kept.ratelimit.replace(/t=(\d+)/, (_, seconds) => `${minutes(seconds)} min`)
  if (kept['set-cookie']) kept['set-cookie'] = kept['set-cookie'].replace(/=[\w-]{43};/, '=random;')
  if (kept['retry-after']) kept['retry-after'] = `${minutes(kept['retry-after'])} min`
  return { status, headers: kept, body: { ...rest, minutes: minutes(retryAfterSeconds) } }
}

const cost = async (work: () => Promise<Reply>) => {
  hashes.done.length = 0
  const { value, statements } = await statementsOf(work)
  return { answer: seen(value), statements, hashes: [...hashes.done] }
}

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { accounts: { verifyEmail: true } })
    const make = async (email: string, more: object = { password: goodPassword, emailVerified: true }) => {
      const made = await site.vigile.users.create({ email, ...more }, by)
      if (!made.ok) throw new Error(made.error)
      return made.value.id as UserId
    }
    await make('known@example.com')
    await site.vigile.users.disable(await make('disabled@example.com'), by)
    await make('unverified@example.com', { password: goodPassword })
    await make('no-password@example.com', { emailVerified: true })
    // Asked for by another way, which counts with the others.
    await make('other@example.com')
    await site.vigile.users.disable(await make('disabled-2@example.com'), by)
    await make('unverified-2@example.com', { password: goodPassword })
    await make('no-password-2@example.com', { emailVerified: true })
  })
  afterAll(() => site?.close())

  const others = [
    ['known, with a wrong password', 'known@example.com', 'another-harbour-lantern-42'],
    ['disabled, with the right password', 'disabled@example.com', goodPassword],
    ['disabled, with a wrong password', 'disabled@example.com', 'another-harbour-lantern-42'],
    ['unverified, with the right password', 'unverified@example.com', goodPassword],
    ['known, but without a password', 'no-password@example.com', goodPassword],
    ['known, with what can be no password', 'known@example.com', '\ud800 and more of it'],
  ] as const

  test.each(others)('ACC-3 S-13 sign-in: %s is what unknown is', async (_, email, password) => {
    const unknown = await cost(() => site.visitor().signIn(`nobody-${email}`))
    const known = await cost(() => site.visitor().signIn(email, password))
    expect(known).toEqual(unknown)
    expect(known.answer.status).toBe(401)
    expect(known.answer.body.code).toBe('invalid_credentials')
    expect(known.hashes).toEqual(['verify'])
    expect(known.statements.length).toBeGreaterThan(2)
    expect(known.answer.headers).not.toHaveProperty('set-cookie')
  })

  test('ACC-3 S-13 sign-in: a browser with a device cookie learns no more', async () => {
    const [eve, elsewhere] = [site.visitor(), site.visitor()]
    for (const email of ['eve@example.com', 'owner@example.com'])
      await site.vigile.users.create({ email, password: goodPassword, emailVerified: true }, by)
    expect((await eve.signIn('eve@example.com')).status).toBe(200)
    const unknown = await cost(() => eve.signIn('nobody-at-all@example.com'))
    elsewhere.jar.restore(eve.jar.snapshot())
    const known = await cost(() => elsewhere.signIn('owner@example.com', 'another-harbour-lantern-42'))
    expect(known).toEqual(unknown)
    expect(known.statements.some((text) => text.includes('known_devices'))).toBe(true)
  })

  test('ACC-3 S-13 sign-in: the limit comes at the same attempt, and answers alike', async () => {
    const trail = async (email: string) => {
      const replies: unknown[] = []
      for (let tries = 0; tries < 12; tries += 1)
        replies.push(await cost(() => site.visitor().signIn(email, 'another-harbour-lantern-42')))
      return replies
    }
    await site.vigile.users.create({ email: 'often@example.com', password: goodPassword, emailVerified: true }, by)
    const known = await trail('often@example.com')
    expect(known).toEqual(await trail('never@example.com'))
    expect(known.at(-1)).toMatchObject({ answer: { status: 429 }, hashes: [] })
  })

  test('ACC-3 S-13 sign-up: a known email is answered as an unknown one', async () => {
    const unknown = await cost(() => site.visitor().signUp('somebody@example.com'))
    const known = await cost(() => site.visitor().signUp('known@example.com'))
    const again = await cost(() => site.visitor().signUp('somebody@example.com', 'another-harbour-lantern-42'))
    expect(known).toEqual(unknown)
    expect(again).toEqual(unknown)
    expect(unknown.answer).toMatchObject({ status: 202, body: { status: 'verification_sent' } })
    expect(unknown.hashes).toEqual(['hash'])
    expect(unknown.answer.headers).not.toHaveProperty('set-cookie')
  })

  test('ACC-3 S-13 sign-up: a bad password is refused for known and unknown alike, before any work', async () => {
    const unknown = await cost(() => site.visitor().signUp('anybody@example.com', 'short'))
    expect(await cost(() => site.visitor().signUp('known@example.com', 'short'))).toEqual(unknown)
    expect(unknown).toMatchObject({ answer: { status: 400 }, statements: [], hashes: [] })
  })

  test.each([
    ['password/forgot', ['known@example.com', 'disabled@example.com', 'no-password@example.com']],
    ['email/verify/request', ['unverified@example.com', 'somebody@example.com']],
    ['magic-link', ['other', 'disabled-2', 'no-password-2', 'unverified-2'].map((name) => `${name}@example.com`)],
  ])('ACC-3 S-13 a link asked for by %s: whoever has an account is answered as who has none', async (path, emails) => {
    const ask = (email: string) => cost(() => site.visitor().post(`/api/auth/${path}`, { email }))
    const unknown = await ask(`stranger-to-${path.replaceAll('/', '-')}@example.com`)
    for (const email of emails) expect(await ask(email)).toEqual(unknown)
    expect(unknown).toMatchObject({ answer: { status: 202 }, hashes: [] })
  })

  test('ACC-3 S-13 a change of email to an address that has an account is answered as one to a free address', async () => {
    const who = site.visitor()
    expect((await who.signIn('known@example.com')).status).toBe(200)
    const change = (email: string) => cost(() => who.post('/api/auth/email/change', { email }))
    // The look at one's own session comes before, and a node may know it already.
    const ofLinks = (statements: readonly string[]) => statements.filter((text) => !text.includes('"sessions"'))
    const free = await change('free@example.com')
    for (const email of ['no-password@example.com', 'disabled@example.com']) {
      const { answer, ...taken } = await change(email)
      expect(taken.hashes).toEqual([])
      expect(ofLinks(taken.statements)).toEqual(ofLinks(free.statements))
      // What is left of the limit is the asker's own.
      const { ratelimit: _, ...headers } = answer.headers
      const { ratelimit: _free, ...freeHeaders } = free.answer.headers
      expect([answer.status, answer.body, headers]).toEqual([202, free.answer.body, freeHeaders])
    }
  })
})
