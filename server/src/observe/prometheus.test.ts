import { type Reading, reading } from '@vigile/engine'
import { expect, test } from 'vitest'
import { createPrometheus } from './prometheus.ts'

test('OPS-5 what can’t be read now is not there: 0 would say that all is well, and resolve alerts', async () => {
  let readings: readonly Reading[] = [reading('audit_unsealed', {}, 800), reading('part_ok', { part: 'mail' }, 1)]
  const { text } = createPrometheus(async () => readings)
  expect(await text()).toContain('vigile_audit_unsealed 800')
  readings = []
  const lines = (await text())
    .split('\n')
    .filter((line) => /^vigile_(audit_unsealed|part_ok|store_pool_waiting)/.test(line))
  expect(lines).toEqual([])
  readings = [reading('audit_unsealed', {}, 0)]
  expect(await text()).toContain('vigile_audit_unsealed 0')
})
