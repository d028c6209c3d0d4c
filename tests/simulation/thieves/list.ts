// Every thief of PROTOCOL.md's list 10.
import type { Token } from '../jar.ts'
import { day, hour, minute, second } from '../policy.ts'
import { type Manner, once, pursue } from './pursue.ts'
import type { Hands, Thief } from './thief.ts'

type Act = Thief['act']

const thief = (name: string, act: Act, moment: Thief['moment'] = 'any'): Thief => ({ name, moment, act })

const manners: [words: string, manner: Manner][] = [
  ['', {}],
  [', acks', { acks: 'plain' }],
  [', acks settled', { acks: 'settled' }],
  [', insists', { retry: true }],
  [', acks settled, insists', { acks: 'settled', retry: true }],
]

const inEachManner = (name: string, act: (manner: Manner) => Act, moment?: Thief['moment']): Thief[] =>
  manners.map(([words, manner]) => thief(name + words, act(manner), moment))

/** Uses the copy before the owner does. */
const first = inEachManner('first', (manner) => (hands, token) => pursue(hands, token, manner))

/** Uses the copy as soon as the owner has rotated, and has the answer. */
const second_ = inEachManner('second', (manner) => async (hands, token) => {
  await hands.ownerRotates()
  await hands.pause(2 * second)
  await pursue(hands, token, manner)
})

/** Waits for a day or two before the first use. */
const quiet = inEachManner('quiet', (manner) => async (hands, token) => {
  await hands.pause(hands.chance.between([hour, 2 * day]))
  await pursue(hands, token, manner)
})

/** Uses what he holds so long after each rotation of the owner's. */
const follower = [0.03, 5, 20, 60].flatMap((seconds) =>
  inEachManner(`follower at ${seconds} s`, (manner) => async (hands, token) => {
    for (let held = token; ; ) {
      await hands.ownerRotates()
      await hands.pause(seconds * second)
      held = await once(hands, held, manner)
    }
  }),
)

/** Rotates as often as he can while the owner's laptop sleeps, and goes on when it wakes. */
const takeover = inEachManner(
  'takeover in sleep',
  (manner) => (hands, token) => pursue(hands, token, manner, true),
  'sleep',
)

type Period = [name: string, next: (hands: Hands) => number]

const periods: Period[] = [
  ...[1.5, 2, 5, 12, 20, 21, 60].map((seconds): Period => [`${seconds} s`, () => seconds * second]),
  ['400 to 600 s', ({ chance }) => chance.between([400 * second, 600 * second])],
  ['random', ({ chance }) => chance.around(chance.pick([2 * second, 30 * second, 10 * minute]))],
]

/**
 * Asks again and again with the token before the current one, so that whatever is issued stays his; moves on to what he was
 * given once the old one is refused.
 */
const keepAlive = periods.flatMap(([name, next]) =>
  [false, true].map((retry) =>
    thief(`keep-alive every ${name}${retry ? ', insists' : ''}`, async (hands, token) => {
      let old = token
      let given: Token | null = null
      // He rotates himself, or lets the owner do it.
      if (hands.chance.happens(0.5)) await hands.ownerRotates()
      for (let at = hands.now(); ; ) {
        const outcome = await hands.refresh(old, { retry })
        if (outcome.granted && outcome.token !== old) given = outcome.token
        if (outcome.refused && given) {
          old = given
          given = null
        }
        at = Math.max(at + next(hands), hands.now())
        await hands.pause(at - hands.now())
      }
    }),
  ),
)

/** Copies the jar twice, and uses the copies in turn. */
const twoSnapshots = inEachManner('two snapshots', (manner) => async (hands, token) => {
  const held = [token]
  await hands.ownerRotates()
  await hands.pause(hands.chance.between([second, 10 * minute]))
  const { refresh } = hands.steal()
  if (refresh) held.push(refresh)
  for (let turn = 0; ; turn++) {
    const which = turn % held.length
    held[which] = await once(hands, held[which]!, manner)
    await hands.pause(hands.chance.around(5 * minute))
  }
})

/** Holds a token that is two generations old. */
const deadToken = inEachManner('dead token', (manner) => async (hands, token) => {
  await hands.ownerRotates()
  await hands.ownerRotates()
  await hands.pause(second)
  await pursue(hands, token, manner)
})

/** Uses an access token, which has no way to become another. */
const accessOnly = thief('access token only', async (hands, _token, { access }) => {
  while (access && (await hands.use(access))) await hands.pause(minute)
})

export const thieves: readonly Thief[] = [
  ...first,
  ...second_,
  ...quiet,
  ...follower,
  ...takeover,
  ...keepAlive,
  ...twoSnapshots,
  ...deadToken,
  accessOnly,
]

/** What stays impossible: before the owner's ack, each time. The judge must see him. */
export const withinTheAck: Thief = thief('within the ack latency', async (hands, token) => {
  for (let held = token; ; ) {
    await hands.ownerRotates()
    held = await once(hands, held, {})
  }
})
