import type { Block } from '@vigile/engine'
import { expect, test } from 'vitest'
import { createFakeVigile } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

const address: Block = {
  id: 'address-of-liars',
  rule: 'signInIp',
  closed: false,
  kind: 'address',
  whose: '192.0.2.7',
  userId: null,
  count: 10,
  limit: 10,
  until: Date.UTC(2026, 10, 21, 10, 49),
}
const closed: Block = {
  ...address,
  id: 'sign-in-of-ada-0',
  rule: 'signInAccount',
  closed: true,
  kind: 'account',
  whose: 'ada@example.com',
  count: 100,
  limit: 100,
  until: null,
}
const blocks = [closed, address]
const withBlocks = () => createFakeVigile({ blocks })
/** A command beside a server that counts in its memory. */
const inMemory = () => {
  const fake = createFakeVigile()
  const list = async () => ({ blocks: [], more: false, limits: 'none' as const })
  return createFakeVigile({ overrides: { limits: { ...fake.limits, list } } })
}

test('LIM-6 blocks are listed with whose they are and until when', async () => {
  const { exitCode, output } = await call('limits list', { fake: withBlocks() })
  expect(exitCode).toBe(0)
  expect(output.split('\n')).toEqual([
    'id                limit          of       whose            count    until',
    'sign-in-of-ada-0  signInAccount  account  ada@example.com  100/100  the mailbox is proven',
    'address-of-liars  signInIp       address  192.0.2.7        10/10    2026-11-21 10:49Z',
    '',
  ])
  const json = await call('limits list 192.0.2.7 --limit 5 --json', { fake: withBlocks() })
  expect(JSON.parse(json.output)).toEqual({ blocks: [blocks[1]], more: false, limits: 'all_nodes' })
  expect((await call('limits list')).output).toBe('Nobody is refused.\n')
})

test('LIM-6 what an application or a client wrote forges no line of the terminal', async () => {
  const fake = createFakeVigile({ blocks: [{ ...address, kind: 'application', whose: 'x\n\u001b[2Jlifted' }] })
  const { output } = await call('limits list', { fake })
  expect(output.split('\n')).toHaveLength(3)
  expect(output).not.toContain('\u001b')
})

test('LIM-6 a block is lifted by its id, or all of somebody by whose they are', async () => {
  const fake = withBlocks()
  expect((await call('limits lift sign-in-of-ada-0', { fake })).output).toBe(
    'Lifted signInAccount of ada@example.com.\n',
  )
  expect((await call('limits lift 192.0.2.7', { fake })).output).toBe('Lifted signInIp of 192.0.2.7.\n')
  expect(fake.calls.filter((one) => one.startsWith('lift'))).toEqual(['lift sign-in-of-ada-0', 'lift address-of-liars'])
  const json = await call('limits lift 192.0.2.7 --json', { fake })
  expect(JSON.parse(json.output)).toEqual({ lifted: [blocks[1]], more: false, limits: 'all_nodes' })
})

test('LIM-6 what nobody is refused by is not lifted, and said so in the reader’s language', async () => {
  const { exitCode, errors } = await call('limits lift bob@example.com', { fake: withBlocks() })
  expect([exitCode, errors]).toEqual([1, 'Error: No limit refuses bob@example.com.\n'])
  const french = await call('limits lift bob@example.com', { fake: withBlocks(), environment: { LANG: 'fr_FR' } })
  expect(french.errors).toBe('Erreur : Aucune limite ne refuse bob@example.com.\n')
  const json = await call('limits lift bob@example.com --json', { fake: withBlocks() })
  expect([json.exitCode, JSON.parse(json.output).error]).toEqual([1, 'not_found'])
  expect((await call('limits list --limit 201', { fake: withBlocks() })).exitCode).toBe(2)
  expect((await call('limits lift', { fake: withBlocks() })).exitCode).toBe(2)
})

test('LIM-6 where the limits are in the memory of a server, the command says so and what to do', async () => {
  const { exitCode, output } = await call('limits list', { fake: inMemory() })
  expect(exitCode).toBe(0)
  expect(output).toContain('GET and DELETE /api/admin/limits')
  // It does not know.
  expect(output).not.toContain('Nobody')
  const lift = await call('limits lift 192.0.2.7', { fake: inMemory() })
  expect([lift.exitCode, lift.errors]).toEqual([1, expect.stringContaining('in their memory')])
  const json = await call('limits lift 192.0.2.7 --json', { fake: inMemory() })
  expect(JSON.parse(json.output)).toMatchObject({ error: 'not_found', limits: 'none' })
})

test('LIM-6 what can be nobody is a wrong argument, in the reader’s language', async () => {
  for (const line of ['limits list ', 'limits lift ', `limits lift ${'x'.repeat(321)}`]) {
    const { exitCode, errors } = await call(line, { fake: withBlocks(), environment: { LANG: 'fr_FR' } })
    expect([line, exitCode, errors.includes('limits.list')]).toEqual([line, 2, false])
  }
})
