// Answers that arrive in any order, late, or never (PROTOCOL.md, "What tests must cover", 5).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeKinds } from '../support/site.ts'
import type { Reply } from '../support/visitor.ts'
import { type Desk, type Held, hour, openDesk, type State } from './desk.ts'

/** Every order in which some of these arrive; the others never do. */
const ordersOf = <Value>(values: readonly Value[]): readonly (readonly Value[])[] => [
  [],
  ...values.flatMap((first) => ordersOf(values.filter((value) => value !== first)).map((rest) => [first, ...rest])),
]

describe.each(storeKinds)('on %s', (kind) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(kind)
  })
  afterAll(() => desk?.close())

  /** The browser goes on with whatever its jar holds now: served at each visit, and never asked to sign in. */
  const goesOn = async ({ visitor, row }: Held) => {
    for (const pause of [0, 30_000, hour, hour]) {
      desk.site.move(pause)
      const first = await visitor.refresh()
      const reply = first.status === 409 ? await visitor.refresh({ retry: first.body.fingerprint }) : first
      expect(reply.status).toBe(200)
      await visitor.ack()
      expect((await visitor.me()).status).toBe(200)
    }
    expect(await row()).toMatchObject({ revokedAt: null })
  }

  const ask = (held: Held): Promise<Reply> => held.visitor.refresh({}, { lands: false })
  const bursts: readonly [string, State, number, (held: Held) => Promise<readonly Reply[]>][] = [
    ['a rotation asked for three times', {}, 3, async (held) => [await ask(held), await ask(held), await ask(held)]],
    ['a rotation asked for three times at once', {}, 3, (held) => Promise.all([ask(held), ask(held), ask(held)])],
    [
      'a sibling asked for three times at once',
      { winner: null, durable: false, age: hour },
      2,
      (held) => Promise.all([ask(held), ask(held), ask(held)]),
    ],
    [
      'a token not yet confirmed, sent three times at once',
      { winner: null, durable: false, age: hour },
      3,
      (held) => Promise.all([ask(held), ask(held), ask(held)]),
    ],
    [
      'a rotation, and then the sibling of it that is asked for after its answer seemed lost',
      {},
      3,
      async (held) => {
        const rotation = await ask(held)
        desk.site.move(21_000)
        return [rotation, await ask(held)]
      },
    ],
  ]

  test.each(bursts)(
    'PROTOCOL 5 I5 %s: the answers arrive in every order, or never',
    async (_, state, generation, burst) => {
      for (const order of ordersOf([0, 1, 2])) {
        const held = await desk.begin(state)
        held.hold(generation, 0)
        const replies = await burst(held)
        for (const index of order) held.visitor.jar.take(replies[index]?.setCookies ?? [])
        await goesOn(held)
      }
    },
  )

  test('PROTOCOL 5 I5 the acks arrive before, between and after the answers of others, and decide nothing', async () => {
    for (const order of ordersOf(['first', 'second', 'settled'] as const)) {
      const held = await desk.begin()
      held.hold(3, 0)
      const replies = await Promise.all([ask(held), ask(held)])
      for (const one of order) {
        if (one === 'settled') await held.visitor.ack({ settled: held.fingerprint(4, 0) })
        else held.visitor.jar.take(replies[one === 'first' ? 0 : 1]?.setCookies ?? [])
        await held.visitor.ack()
      }
      await goesOn(held)
    }
  })

  test('PROTOCOL 5 COOK-7 the answer to a refresh arrives after the sign-out: the session stays over, and is cleaned up', async () => {
    const held = await desk.begin()
    held.hold(3, 0)
    const late = await ask(held)
    const { visitor } = held
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    visitor.jar.take(late.setCookies)
    expect((await visitor.me()).status).toBe(401)
    const refused = await visitor.refresh()
    expect(refused.body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
    expect((await visitor.post('/api/auth/logout', { only: refused.body.fingerprint })).status).toBe(204)
    expect(visitor.cookie('refresh')).toBeUndefined()
    expect(await held.row()).toMatchObject({ revokedReason: 'signed_out' })
  })

  test('PROTOCOL 5 TOK-8 the answer to a refresh arrives before that to a sign-in, or a change of account: the new session is the one', async () => {
    for (const email of ['late@example.com', 'other@example.com']) {
      const { visitor } = await desk.begin()
      await visitor.signUp(email)
      desk.site.move(hour)
      const late = await visitor.refresh({}, { lands: false })
      expect(late.body.rotated).toBe(true)
      // Sent with the cookies of before; it ends their session, whatever became of it meanwhile.
      const signedIn = await visitor.post(
        '/api/auth/login',
        { email, password: 'quiet-harbour-lantern-42' },
        { lands: false },
      )
      expect(signedIn.status).toBe(200)
      visitor.jar.take(late.setCookies)
      const before = visitor.jar.snapshot()
      visitor.jar.take(signedIn.setCookies)
      expect((await visitor.me()).body.session.id).toBe(signedIn.body.session.id)
      expect((await visitor.refresh()).status).toBe(200)
      visitor.jar.restore(before)
      expect((await visitor.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'replaced' })
    }
  })
})
