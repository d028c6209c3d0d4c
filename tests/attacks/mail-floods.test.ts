// Who fills somebody's mailbox, or keeps letters from it by asking for others (ACC-4, LIM-1).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { accounts: { verifyEmail: true } })
  })
  afterAll(() => site?.close())

  const lettersTo = (to: string) => (site.vigile.mailbox() ?? []).filter((letter) => letter.to === to)
  const member = async (email: string): Promise<Visitor> => {
    const who = site.visitor()
    await who.signUp(email)
    const verification = tokenIn(await letterTo([site.vigile], email, '/verify-email#'))
    expect((await who.post('/api/auth/login', { email, password: goodPassword, verification })).status).toBe(200)
    return who
  }
  const ask = async (path: string, email: string) => (await site.visitor().post(`/api/auth/${path}`, { email })).status

  test('LIM-1 ACC-4 links of one kind that strangers ask for keep the owner from none of another kind', async () => {
    const email = 'kept-from-links@example.com'
    await member(email)
    // The address is proven: no letter is written for these.
    for (const status of [202, 202, 202, 429]) expect(await ask('email/verify/request', email)).toBe(status)
    expect(await ask('password/forgot', email)).toBe(202)
    await letterTo([site.vigile], email, '/reset-password#')
    expect(await ask('magic-link', email)).toBe(202)
    await letterTo([site.vigile], email, '/magic-link#')
    expect(lettersTo(email)).toHaveLength(3)
    for (const status of [202, 202, 202, 429])
      expect(await ask('email/verify/request', 'nobody-at-all@example.com')).toBe(status)
    expect(await ask('password/forgot', 'nobody-at-all@example.com')).toBe(202)
  })
})
