import { expect, test } from 'vitest'
import type { RecordedEntry } from '../audit/store.ts'
import { singleRuleOf } from './rules.ts'

const ruleOf = (action: string, details: Record<string, unknown> = {}) =>
  singleRuleOf({ action, details, userId: details.nobody ? null : 'ada' } as unknown as RecordedEntry)

test.each([
  ['session:reuse', {}, 'session_reuse'],
  ['session:many-siblings', {}, 'many_siblings'],
  ['session:commits-lost', {}, 'commits_lost'],
  ['audit:forged', {}, 'audit_tampering'],
  ['audit:unknown-key', {}, 'audit_stalled'],
  ['audit:cut:failed', {}, 'audit_tampering'],
  ['audit:cut', {}, null],
  ['session:sign-in', {}, null],
  ['user:sign-up', {}, null],
  ['system:claim', {}, 'roles_changed'],
  ['user:role-grant', { role: 'editor', permissions: ['products:*'], before: [], after: ['editor'] }, 'roles_changed'],
  ['user:role-grant', { role: 'admin', permissions: ['*'], before: [], after: ['admin'] }, 'wide_grant'],
  ['user:role-grant', { role: 'boss', permissions: ['roles:manage'], before: [], after: ['boss'] }, 'wide_grant'],
  ['user:role-revoke', { role: 'admin', permissions: ['*'], before: ['admin'], after: [] }, 'roles_changed'],
  // Nobody has it yet: that is told of where it is given.
  ['role:create', { before: null, after: { permissions: ['system:*'] } }, 'roles_changed'],
  [
    'user:role-grant',
    { role: 'admin', permissions: ['*'], before: [], after: ['admin'], first: true },
    'roles_changed',
  ],
  ['session:proof:failed', { fault: 'missing' }, 'proof_failed'],
  // Of no session: anybody can send that.
  ['session:proof:failed', { fault: 'missing', nobody: true }, null],
  ['user:not-me', {}, 'not_me'],
  ['role:change', { before: { permissions: ['a:b'] }, after: { permissions: ['a:b', 'system:admin'] } }, 'wide_grant'],
  // It held everything before.
  ['role:change', { before: { permissions: ['*'] }, after: { permissions: ['*', 'a:b'] } }, 'roles_changed'],
  ['role:delete', { before: { permissions: ['*'] }, after: null }, 'roles_changed'],
])('AUD-5 %s %j is of the rule %s', (action, details, rule) => {
  expect(ruleOf(action, details)).toBe(rule)
})
