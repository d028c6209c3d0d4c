// Codes of an app and recovery codes: used once (S-20), of their own sign-in (S-22), guessed in vain, ended with it (S-17).
import type { UserId, Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openDatabase } from '../accounts/database.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp, codeAt, stepMs } from '../support/totp.ts'
import { createVisitor, goodPassword, type Reply, type Visitor } from '../support/visitor.ts'

const by = { kind: 'operator', name: 'test' } as const
const newPassword = 'calm-meadow-window-17'
const statuses = (replies: readonly Reply[]) => replies.map(({ status }) => status)
const countOf = (replies: readonly Reply[], status: number) => statuses(replies).filter((one) => one === status).length

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let nodes: readonly Vigile[]
  const options = { limits: { rules: { change: null, signInBurst: null, linkIp: null } } }
  beforeAll(async () => {
    site = await openSite(kind, options)
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
  })
  afterAll(() => site?.close())

  let count = 0
  /** A browser at an address of its own, on one node after the other; or another tab of one, with the same jar. */
  const browser = (node = count): Visitor => {
    count += 1
    const vigile = nodes[node % nodes.length] as Vigile
    const address = `203.0.${Math.floor(count / 250)}.${(count % 250) + 1}`
    return createVisitor({ vigile: () => vigile, publicUrl: site.publicUrl, now: site.now, address })
  }
  type Owner = {
    readonly email: string
    readonly id: UserId
    readonly home: Visitor
    readonly secret: string
    readonly recoveryCodes: readonly string[]
  }
  const owner = async (): Promise<Owner> => {
    const home = browser()
    const email = `owner${count}@example.com`
    const { id } = (await home.signUp(email)).body.user as { id: UserId }
    const { secret, recoveryCodes } = await addApp(home, site.now())
    site.move(stepMs)
    return { email, id, home, secret, recoveryCodes: recoveryCodes ?? [] }
  }
  const waiting = async ({ email }: Owner, who = browser()): Promise<Visitor> => {
    const reply = await who.signIn(email)
    expect(reply.body).toMatchObject({ next: 'second_factor', enrol: false })
    return who
  }
  const post = (who: Visitor, method: 'totp' | 'recovery_code', code: string, ask = {}) =>
    who.post('/api/auth/second-factor', { method, code }, ask)
  const totp = (who: Visitor, { secret }: Owner, offsetMs = 0) =>
    post(who, 'totp', codeAt(secret, site.now() + offsetMs))
  /** A code that is none of those around now. */
  const wrongFor = ({ secret }: Owner) => {
    const right = [-2, -1, 0, 1, 2].map((steps) => codeAt(secret, site.now() + steps * stepMs))
    return ['111111', '222222', '333333', '444444', '555555', '666666'].find((code) => !right.includes(code)) as string
  }

  test('ACC-5 S-20 S-21 a code works once; so do those of the steps before; those beyond the window never', async () => {
    const ada = await owner()
    // To the beginning of a step, one that no code was used of.
    site.move(2 * stepMs - (site.now() % stepMs) + 1_000)
    for (const offset of [-3 * stepMs, -2 * stepMs, 2 * stepMs, 3 * stepMs])
      expect((await totp(await waiting(ada), ada, offset)).body.code).toBe('invalid_code')
    // The clock of a telephone may be one step behind.
    expect((await totp(await waiting(ada), ada, -stepMs)).status).toBe(200)
    expect((await totp(await waiting(ada), ada, -stepMs)).body.code).toBe('invalid_code')
    expect((await totp(await waiting(ada), ada)).status).toBe(200)
    // Replayed, on each node, and that of the step before.
    for (const [node, offset] of [
      [0, 0],
      [1, 0],
      [1, -stepMs],
    ] as const)
      expect((await totp(await waiting(ada, browser(node)), ada, offset)).body.code).toBe('invalid_code')
    // One step ahead, and then the one that was skipped.
    expect((await totp(await waiting(ada), ada, stepMs)).status).toBe(200)
    site.move(stepMs)
    expect((await totp(await waiting(ada), ada)).body.code).toBe('invalid_code')
    site.move(stepMs)
    expect((await totp(await waiting(ada), ada)).status).toBe(200)
  })

  test('ACC-5 S-20 a code used before a restart is used after it', async () => {
    if (kind === 'embedded') return
    const ada = await owner()
    expect((await totp(await waiting(ada), ada)).status).toBe(200)
    const fresh = await site.node()
    const address = '203.0.113.200'
    const who = createVisitor({ vigile: () => fresh, publicUrl: site.publicUrl, now: site.now, address })
    expect((await totp(await waiting(ada, who), ada)).body.code).toBe('invalid_code')
  })

  test.each(['totp', 'recovery_code'] as const)(
    'ACC-5 S-20 H-14 fifty parallel uses of one %s in fifty sign-ins, on two nodes: one winner',
    async (method) => {
      const ada = await owner()
      const all: Visitor[] = []
      for (let index = 0; index < 50; index += 1) all.push(await waiting(ada))
      // Where the account knows the browsers, the limit of strangers is not what holds them back.
      const code = method === 'totp' ? codeAt(ada.secret, site.now()) : (ada.recoveryCodes[0] as string)
      const replies = await Promise.all(all.map((who) => post(who, method, code)))
      expect(countOf(replies, 200)).toBe(1)
      expect(replies.filter(({ status }) => status !== 200 && status !== 401 && status !== 429)).toEqual([])
      const inside = await Promise.all(all.map((who) => who.me()))
      expect(countOf(inside, 200)).toBe(1)
    },
  )

  test('ACC-5 S-20 fifty parallel uses of one code in one sign-in, on two nodes: one session', async () => {
    const ada = await owner()
    const who = await waiting(ada)
    const cookie = `vigile_pending=${who.cookie('pending')}`
    const tabs = Array.from({ length: 50 }, (_, index) => browser(index))
    const before = (await site.vigile.sessions.list(ada.id)).length
    const code = codeAt(ada.secret, site.now())
    const replies = await Promise.all(tabs.map((tab) => post(tab, 'totp', code, { cookie })))
    expect(countOf(replies, 200)).toBe(1)
    expect((await site.vigile.sessions.list(ada.id)).length).toBe(before + 1)
    expect((await post(browser(), 'recovery_code', ada.recoveryCodes[0] as string, { cookie })).status).toBe(401)
  })

  test('ACC-5 S-16 a recovery code is read as people write it, is good once, and is renewed', async () => {
    const ada = await owner()
    expect(new Set(ada.recoveryCodes).size).toBe(10)
    const [one = '', two = '', three = ''] = ada.recoveryCodes
    expect(
      (await post(await waiting(ada), 'recovery_code', ` ${one.toUpperCase().replaceAll('-', ' ')} `)).status,
    ).toBe(200)
    expect((await post(await waiting(ada), 'recovery_code', one)).body.code).toBe('invalid_code')
    // S-16: told of the one sign-in, and not of the code that was refused.
    const told = await letterTo(nodes, ada.email, 'one of its recovery codes')
    expect(told.text).toContain('Codes left: 9')
    const all = nodes.flatMap((node) => node.mailbox() ?? []).filter(({ to }) => to === ada.email)
    expect(all.filter(({ subject }) => subject === told.subject)).toHaveLength(1)
    const factors = () => ada.home.get('/api/auth/factors').then(({ body }) => body)
    expect(await factors()).toMatchObject({
      recoveryCodesLeft: 9,
      required: false,
      totp: { createdAt: expect.any(Number) },
    })
    const renewed = await ada.home.post('/api/auth/factors/recovery-codes')
    expect([renewed.status, renewed.body.recoveryCodes.length]).toEqual([200, 10])
    expect((await post(await waiting(ada), 'recovery_code', two)).body.code).toBe('invalid_code')
    // Somebody else's code is none.
    const bob = await owner()
    expect((await post(await waiting(bob), 'recovery_code', renewed.body.recoveryCodes[0])).body.code).toBe(
      'invalid_code',
    )
    expect((await post(await waiting(ada), 'recovery_code', renewed.body.recoveryCodes[0])).status).toBe(200)
    expect((await post(await waiting(ada), 'recovery_code', three)).body.code).toBe('invalid_code')
  })

  test('ACC-5 S-22 guessing: five codes a sign-in, even at once and on two nodes; then a right one opens nothing', async () => {
    const ada = await owner()
    const who = await waiting(ada)
    const cookie = `vigile_pending=${who.cookie('pending')}`
    const wrong = wrongFor(ada)
    const guesses = await Promise.all(
      Array.from({ length: 30 }, (_, index) => post(browser(index), 'totp', wrong, { cookie })),
    )
    const codes = guesses.map(({ body }) => body.code)
    expect(codes.filter((code) => code === 'invalid_code')).toHaveLength(5)
    expect(
      codes.filter((code) => code !== 'invalid_code' && code !== 'unauthenticated' && code !== 'rate_limited'),
    ).toEqual([])
    const right = await post(browser(), 'recovery_code', ada.recoveryCodes[0] as string, { cookie })
    expect([right.status, right.body.code, right.setCookies]).toEqual([401, 'unauthenticated', []])
  })

  test('ACC-5 S-22 S-12 LIM-7 guessing over many sign-ins: ten in a quarter of an hour for strangers, and the owner is not locked out', async () => {
    const ada = await owner()
    const wrong = wrongFor(ada)
    const strangers: Visitor[] = []
    for (let index = 0; index < 6; index += 1) strangers.push(await waiting(ada))
    const guesses = await Promise.all(
      strangers.flatMap((who) => [0, 1, 2, 3].map(() => post(who, 'totp', wrong, { lands: false }))),
    )
    expect([countOf(guesses, 401), countOf(guesses, 429)]).toEqual([10, 14])
    const late = await totp(strangers[5] as Visitor, ada)
    expect([late.status, late.body.code]).toEqual([429, 'rate_limited'])
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0)
    // The owner: from a browser that the account knows, and from a new one with a recovery code.
    const known = await waiting(ada, ada.home)
    expect((await totp(known, ada)).status).toBe(200)
    expect((await post(await waiting(ada), 'recovery_code', ada.recoveryCodes[0] as string)).status).toBe(200)
  })

  test.each([
    ['time', async () => site.move(10 * 60_000 + 1_000)],
    ['sign-out of this browser', async (_ada: Owner, who: Visitor) => void (await who.post('/api/auth/logout', {}))],
    ['sign-out everywhere', async ({ home }: Owner) => void (await home.post('/api/auth/logout-all', {}))],
    [
      'a change of password',
      async ({ home }: Owner) =>
        void (await home.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword })),
    ],
    [
      'a reset',
      async ({ email }: Owner) => {
        await browser().post('/api/auth/password/forgot', { email })
        const token = tokenIn(await letterTo(nodes, email, '/reset-password#'))
        await browser().post('/api/auth/password/reset', { token, password: newPassword })
      },
    ],
    ['disabling the account', async ({ id }: Owner) => void (await site.vigile.users.disable(id, by))],
    ['deleting the account', async ({ id }: Owner) => void (await site.vigile.users.delete(id, by))],
    ['an operator', async ({ id }: Owner) => void (await site.vigile.sessions.endAll(id, by))],
    ['an operator, for everyone', async () => void (await site.vigile.sessions.endEveryones(by))],
  ] as const)('ACC-5 S-17 S-21 TOK-5 a sign-in that waits is ended by %s', async (_, end) => {
    const ada = await owner()
    const who = await waiting(ada)
    const cookie = `vigile_pending=${who.cookie('pending')}`
    expect((await who.get('/api/auth/second-factor')).status).toBe(200)
    await end(ada, who)
    site.move(stepMs)
    for (const node of [0, 1]) {
      expect((await browser(node).get('/api/auth/second-factor', { cookie })).status).toBe(401)
      const late = await post(browser(node), 'totp', codeAt(ada.secret, site.now()), { cookie })
      expect([late.status, late.body.code, late.setCookies]).toEqual([401, 'unauthenticated', []])
    }
  })

  test('ACC-5 S-22 a code belongs to the account of its sign-in', async () => {
    const [ada, bob] = [await owner(), await owner()]
    const who = await waiting(ada)
    expect((await totp(who, bob)).body.code).toBe('invalid_code')
    expect((await totp(who, ada)).status).toBe(200)
  })

  test('S-39 TOK-11 S-16 factors are changed by a recent sign-in alone; each change is told by letter and on record', async () => {
    const ada = await owner()
    const database = await openDatabase(site)
    onTestFinished(() => database.close())
    /** What was told of last, to her and to the record. */
    const expectTold = async (change: 'added' | 'removed', name: string, factor: string) => {
      const subject = `A way to sign in was ${change} at Vigile`
      await vi.waitFor(() => {
        const letters = nodes.flatMap((node) => node.mailbox() ?? []).filter(({ to }) => to === ada.email)
        const told = letters.find((letter) => letter.subject === subject && letter.text.includes(name))
        expect(told?.text).toContain('/not-me#')
      }, 10_000)
      const entries = await database.run(
        `select action, details from audit_entries where user_id = '${ada.id}' and action like 'factor:%' order by at desc, id desc`,
      )
      const action = change === 'added' ? 'factor:add' : 'factor:remove'
      expect([entries[0]?.action, JSON.parse(String(entries[0]?.details))]).toEqual([action, { factor }])
    }
    await expectTold('added', 'An authenticator app', 'totp')
    site.move(11 * 60_000)
    const { home } = ada
    await home.refresh()
    for (const [method, path, body] of [
      ['POST', '/api/auth/factors/totp', {}],
      ['POST', '/api/auth/factors/totp/confirm', { code: '123456' }],
      ['DELETE', '/api/auth/factors/totp', {}],
      ['POST', '/api/auth/factors/recovery-codes', {}],
    ] as const)
      expect((await home.send(method, path, { body })).body.code).toBe('reauthentication_required')
    expect((await home.get('/api/auth/factors')).status).toBe(200)
    // The password alone is no recent sign-in: the second factor comes with it.
    await home.signIn(ada.email)
    expect((await home.send('DELETE', '/api/auth/factors/totp', { body: {} })).status).toBe(403)
    expect((await totp(home, ada)).status).toBe(200)
    expect((await home.post('/api/auth/factors/recovery-codes')).status).toBe(200)
    await expectTold('added', 'Recovery codes', 'recovery_codes')
    site.move(1_000)
    expect((await home.send('DELETE', '/api/auth/factors/totp', { body: {} })).status).toBe(204)
    await expectTold('removed', 'An authenticator app', 'totp')
    expect((await home.send('DELETE', '/api/auth/factors/totp', { body: {} })).status).toBe(404)
    expect((await home.get('/api/auth/factors')).body).toEqual({
      totp: null,
      passkeys: [],
      recoveryCodesLeft: 0,
      hasPassword: true,
      required: false,
    })
    expect((await home.post('/api/auth/factors/recovery-codes')).status).toBe(404)
  })

  test('ACC-5 a new app takes the place of the old one, whose codes are good no more; the recovery codes stay', async () => {
    const ada = await owner()
    const next = await addApp(ada.home, site.now())
    expect(next.recoveryCodes).toBeNull()
    site.move(stepMs)
    expect((await totp(await waiting(ada), ada)).body.code).toBe('invalid_code')
    expect((await totp(await waiting(ada), { ...ada, secret: next.secret })).status).toBe(200)
    expect((await post(await waiting(ada), 'recovery_code', ada.recoveryCodes[0] as string)).status).toBe(200)
  })
})

test('ACC-5 S-11 a hundred wrong codes in a row close codes to strangers; a recovery code opens them again', async () => {
  const site = await openSite('embedded', {
    limits: { rules: { change: null, signInBurst: null, secondFactor: null } },
  })
  const home = site.visitor()
  await home.signUp('ada@example.com')
  const { secret, recoveryCodes } = await addApp(home, site.now())
  site.move(stepMs)
  const waiting = async (who = site.visitor()) => {
    expect((await who.signIn('ada@example.com')).body.next).toBe('second_factor')
    return who
  }
  const post = (who: Visitor, method: string, code: string) => who.post('/api/auth/second-factor', { method, code })
  const right = () => codeAt(secret, site.now())
  for (let round = 0; round < 20; round += 1) {
    const who = await waiting()
    const wrong = right() === '111111' ? '222222' : '111111'
    const guesses = await Promise.all(Array.from({ length: 5 }, () => post(who, 'totp', wrong)))
    expect(countOf(guesses, 401)).toBe(5)
  }
  const closed = await post(await waiting(), 'totp', right())
  expect([closed.status, closed.body.detail]).toEqual([429, expect.stringContaining('recovery code')])
  // A browser that the account knows is not theirs to close.
  expect((await post(await waiting(home), 'totp', right())).status).toBe(200)
  site.move(stepMs)
  expect((await post(await waiting(), 'totp', right())).status).toBe(429)
  expect((await post(await waiting(), 'recovery_code', recoveryCodes?.[0] ?? '')).status).toBe(200)
  expect((await post(await waiting(), 'totp', right())).status).toBe(200)
  await site.close()
})
