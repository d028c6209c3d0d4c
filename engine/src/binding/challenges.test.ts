import { expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { createChallenges } from './challenges.ts'
import { createNonces } from './nonces.ts'

const [key, other] = [deriveKeys('the secret of this test'), deriveKeys('the secret of another')]
const minute = 60_000

const open = (ours = key) => {
  const clock = { at: 1_800_000_000_000, now: () => clock.at }
  const keyring = { newest: () => ours, find: async (id: string) => (id === ours.id ? ours : null) }
  return { clock, challenges: createChallenges({ keyring, clock }), nonces: createNonces({ keyring, clock }) }
}

test('S-84 a challenge is good for one purpose, on every node that has the secret', async () => {
  const { challenges } = open()
  const challenge = challenges.issue('refresh.a')
  expect(challenge).toMatch(/^[\w-]{22}\.[\w-]{11}\.\d+\.[\w-]{43}$/)
  expect(await open().challenges.check(challenge, 'refresh.a')).not.toBeNull()
  expect(await challenges.check(challenge, 'refresh.b')).toBeNull()
  expect(await open(other).challenges.check(challenge, 'refresh.a')).toBeNull()
})

test('S-84 no two are alike, and no part of one can be changed', async () => {
  const { challenges, nonces } = open()
  const [one, two] = [challenges.issue('p'), challenges.issue('p')]
  expect(one).not.toBe(two)
  const mixed = `${one?.split('.')[0]}.${two?.split('.').slice(1).join('.')}`
  for (const text of [mixed, `x${one}`, `.${one}`, one?.slice(23) ?? '', nonces.issue('p'), '', '.', 'a.b'])
    expect(await challenges.check(text, 'p')).toBeNull()
  // A purpose can't be stretched into the random part.
  expect(await challenges.check(challenges.issue('p.q'), 'p')).toBeNull()
})

test('S-84 it is good for nine minutes, and no longer than ten', async () => {
  const { clock, challenges } = open()
  const challenge = challenges.issue('p')
  clock.at += 9 * minute
  expect(await challenges.check(challenge, 'p')).toBeGreaterThan(clock.at)
  clock.at += minute
  expect(await challenges.check(challenge, 'p')).toBeNull()
})
