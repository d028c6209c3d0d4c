import { expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import type { AuditChainStore } from './chain-store.ts'
import { checkBeyond } from './check-outside.ts'
import { createFaults } from './faults.ts'
import { genesis, signHead } from './signed.ts'

const key = deriveKeys('a'.repeat(64))
const headAt = (position: number) => {
  const checkpoint = { position: 0, at: 0 }
  const begun = { hash: genesis, at: 1, foundedAt: 1, newestAt: 1, cut: null, accepted: null, checkpoint }
  return signHead(key, { position, ...begun })
}

/** What is found in a log whose entries, head and newest checkpoint are at these places: one state after another, from one read to the next. */
const faultsOf = async (stateOf: (read: number) => { last: number; head: number; checkpoint: number }) => {
  let reads = 0
  const now = () => stateOf(reads++)
  const auditChain = {
    lastPosition: async () => now().last,
    head: async () => headAt(now().head),
    checkpointBefore: async (before: number) => {
      const position = now().checkpoint
      return position > 0 && position < before ? { position, ...headAt(0) } : null
    },
  } satisfies Partial<AuditChainStore>
  const faults = createFaults()
  const deps = { auditChain: auditChain as unknown as AuditChainStore, clock: { now: () => 1 } }
  const keyring = { find: async () => key }
  const start = { position: 0, hash: genesis }
  await checkBeyond({ deps: { ...deps, keyring }, faults, head: null, start, end: 0 })
  return faults.list().map(({ kind, position, to }) => `${kind} ${position} ${to}`)
}

test('AUD-3 what another node seals while the log is verified, its checkpoint too, is no fault, at whatever moment it comes', async () => {
  for (let moment = 0; moment < 5; moment += 1) {
    const found = await faultsOf((read) =>
      read < moment ? { last: 0, head: 0, checkpoint: 0 } : { last: 500, head: 500, checkpoint: 500 },
    )
    expect([moment, found]).toEqual([moment, []])
  }
})

test('AUD-3 attack: the end of the log is cut off and an older head put back, but a checkpoint is left', async () => {
  expect(await faultsOf(() => ({ last: 9, head: 9, checkpoint: 12 }))).toEqual(['truncated 10 12'])
  expect(await faultsOf(() => ({ last: 13, head: 12, checkpoint: 12 }))).toEqual(['beyond_head 13 13'])
})
