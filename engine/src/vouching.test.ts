import { expect, test } from 'vitest'
import { createVouching } from './vouching.ts'

const [old, fresh] = ['o'.repeat(64), 'f'.repeat(64)]
const vouching = (secrets: readonly string[]) => createVouching(secrets)

test('OPS-8 a text is vouched for by the newest secret, for as long as it is in the list', async () => {
  const mac = await vouching([old]).vouch('text')
  expect(await vouching([fresh, old]).check('text', mac)).toBe('right')
  expect(await vouching([fresh, old]).check('texT', mac)).toBe('wrong')
  expect(await vouching([fresh]).check('text', mac)).toBe('unknown_key')
  expect((await vouching([fresh, old]).vouch('text')).split('.')[0]).toBe((await vouching([fresh]).keyIds())[0])
  expect(JSON.stringify([mac, await vouching([old]).keyIds()])).not.toContain(old)
})

test('attack: a MAC with an id of ours and nothing behind it vouches for nothing', async () => {
  const [id] = await vouching([old]).keyIds()
  expect(await vouching([old]).check('text', `${id}.`)).toBe('wrong')
  expect(await vouching([old]).check('text', '')).toBe('unknown_key')
})
