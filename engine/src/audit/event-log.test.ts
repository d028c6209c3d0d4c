import { expect, test } from 'vitest'
import { auditEntry, noContext } from './entry.ts'
import { withEventLog } from './event-log.ts'

const categoryOf = async (action: string) => {
  const told: unknown[] = []
  const audit = { append: async () => {} } as never
  const log = { info: (fields: { category: unknown }) => void told.push(fields.category) } as never
  const database = withEventLog({ audit, transact: async () => null as never }, log, () => {})
  await (database.audit as { append(entries: readonly unknown[]): Promise<void> }).append([
    auditEntry(noContext, { action, at: 1 }),
  ])
  return told[0]
}

test.each([
  ['session:sign-in', 'AUTH'],
  ['session:sign-in:failed', 'SECURITY'],
  ['session:reuse', 'SECURITY'],
  ['user:not-me', 'SECURITY'],
  ['permission:denied', 'SECURITY'],
  ['limit:refused', 'SECURITY'],
  ['limit:lift', 'AUDIT'],
  ['limit:list', 'AUDIT'],
  ['role:change', 'AUDIT'],
])('S-90 %s is told as %s', async (action, category) => {
  expect(await categoryOf(action)).toBe(category)
})
