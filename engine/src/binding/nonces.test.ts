import { expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { createNonces } from './nonces.ts'

const key = deriveKeys('the secret of this test')
const minute = 60_000
const start = 1_800_000_000_000

const at = (ms: number, known = [key]) =>
  createNonces({
    keyring: { newest: () => known[0]!, find: async (id) => known.find((one) => one.id === id) ?? null },
    clock: { now: () => start + ms },
  })

test('S-77 a nonce is good for four minutes at least and five at most, on every node, without being stored', async () => {
  const nonce = at(0).issue('')
  for (const ms of [0, minute, 4 * minute]) expect(await at(ms).check(nonce, '')).toBe(start + 6 * minute)
  expect(await at(5 * minute).check(nonce, '')).toBeNull()
})

test('S-77 a node whose time is a little behind takes the nonce of another', async () => {
  const nonce = at(minute).issue('')
  expect(await at(0).check(nonce, '')).not.toBeNull()
  expect(await at(-minute).check(nonce, '')).toBeNull()
})

test('S-77 a forged nonce, one for another purpose, and one of an unknown secret are none', async () => {
  const nonce = at(0).issue('a session')
  expect(await at(0).check(nonce, 'a session')).not.toBeNull()
  expect(await at(0).check(nonce, 'another session')).toBeNull()
  const [id, window, mac] = nonce.split('.')
  expect(await at(0).check(`${id}.${Number(window) + 1}.${mac}`, 'a session')).toBeNull()
  expect(await at(0, [deriveKeys('another secret')]).check(nonce, 'a session')).toBeNull()
  for (const text of ['', 'x', `${nonce}.x`, nonce.replace('.', '.0')])
    expect(await at(0).check(text, 'a session')).toBeNull()
})
