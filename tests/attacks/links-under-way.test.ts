// A thief had links sent, or had been in the mailbox for a moment: a new password, or a new email, ends all of them. And confirming a
// new email takes what asking for it took: a copied access cookie is not enough.
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signUpBound, thiefOf } from '../binding/people.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'

const newPassword = 'calm-meadow-window-17'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    const options = {
      sessions: { binding: 'optional' },
      limits: { rules: { linkIp: null, linkEmail: null, signInBurst: null } },
    } as const
    site = await openSite(kind, options)
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node(options)]
  })
  afterAll(() => site?.close())

  let visitors = 0
  const visitor = (): Visitor => {
    visitors += 1
    const vigile = nodes[visitors % nodes.length] as Vigile
    const address = `203.0.113.${visitors}`
    return createVisitor({ vigile: () => vigile, publicUrl: site.publicUrl, now: site.now, address })
  }
  const linkTo = async (email: string, page: string) => tokenIn(await letterTo(nodes, email, `/${page}#`))

  test.each([
    [
      'a change of password',
      (owner: Visitor) => owner.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword }),
    ],
    [
      'a reset',
      async (_: Visitor, email: string) => {
        await visitor().post('/api/auth/password/forgot', { email })
        const token = await linkTo(email, 'reset-password')
        return visitor().post('/api/auth/password/reset', { token, password: newPassword })
      },
    ],
    [
      'a change of email',
      async (owner: Visitor, email: string) => {
        const next = email.replace('.com', '.org')
        await owner.post('/api/auth/email/change', { email: next })
        return owner.post('/api/auth/email/change/confirm', { token: await linkTo(next, 'change-email') })
      },
    ],
  ] as const)('ACC-4 TOK-5 links that a thief had sent before %s open nothing after it', async (name, act) => {
    const owner = visitor()
    const email = `${name.replaceAll(' ', '-')}@example.com`
    await owner.signUp(email)
    const theirs = email.replace('.com', '.net')
    await owner.post('/api/auth/email/change', { email: theirs })
    await visitor().post('/api/auth/magic-link', { email })
    const [moves, opens] = [await linkTo(theirs, 'change-email'), await linkTo(email, 'magic-link')]
    await visitor().post('/api/auth/password/forgot', { email })
    const resets = await linkTo(email, 'reset-password')
    site.move(1_000)
    const done = await act(owner, email)
    expect(done.status).toBe(200)
    const now = done.body.user?.email ?? email
    const browser = visitor()
    await browser.signIn(now, name === 'a change of email' ? goodPassword : newPassword)
    const replies = [
      await browser.post('/api/auth/email/change/confirm', { token: moves }),
      await visitor().post('/api/auth/magic-link/login', { token: opens, confirmed: true }),
      await visitor().post('/api/auth/password/reset', { token: resets, password: 'a-thief-was-here-17' }),
    ]
    expect(replies.map(({ body }) => body.code)).toEqual(['link_expired', 'link_expired', 'link_expired'])
    expect((await browser.me()).body.user.email).toBe(now)
  })

  test('S-39 TOK-11 the link of a new email and a session whose sign-in is long ago change nothing', async () => {
    const owner = visitor()
    await owner.signUp('long-ago@example.com')
    await owner.post('/api/auth/email/change', { email: 'long-ago@example.net' })
    const token = await linkTo('long-ago@example.net', 'change-email')
    site.move(11 * 60_000)
    await owner.refresh()
    const confirm = () => owner.post('/api/auth/email/change/confirm', { token })
    const refused = await confirm()
    expect([refused.status, refused.body.code]).toEqual([403, 'reauthentication_required'])
    expect((await owner.me()).body.user.email).toBe('long-ago@example.com')
    // The link is as good as before, for whoever signs in again.
    expect((await owner.signIn('long-ago@example.com')).status).toBe(200)
    expect((await confirm()).body.user.email).toBe('long-ago@example.net')
  })

  test('S-39 the link of a new email and the copied cookies of a bound session change nothing without its key', async () => {
    const person = await signUpBound(site)
    const next = person.email.replace('.com', '.net')
    expect((await person.device.post(person.visitor, '/email/change', { email: next })).status).toBe(202)
    const token = await linkTo(next, 'change-email')
    const refused = await thiefOf(site, person).post('/api/auth/email/change/confirm', { token })
    expect([refused.status, refused.body.code]).toEqual([401, 'proof_required'])
    const done = await person.device.post(person.visitor, '/email/change/confirm', { token })
    expect([done.status, done.body.user.email]).toEqual([200, next])
  })
})
