// One letter of every kind, and what the tests of their delivery have in common.
import { createOneTimeToken } from '../one-time-tokens/one-time-token.ts'
import type { LetterContent, Notice } from './letter.ts'

export const mailSecret = 'a secret that is long enough for a test of letters in an outbox'
export const mailSite = { publicUrl: 'https://shop.example.com', name: 'Shop' }

export const token = createOneTimeToken()
const circumstances = { at: Date.UTC(2026, 0, 31, 9, 5), ip: '192.0.2.1', browser: 'Firefox', system: '<Linux>' }
const notices: readonly Notice[] = [
  { kind: 'password_changed' },
  { kind: 'password_removed' },
  { kind: 'email_change_asked', email: 'ada@example.net' },
  // As long as an address can be.
  { kind: 'email_changed', email: `${'a'.repeat(64)}@${'long-name.'.repeat(18)}example` },
  { kind: 'factor_added', factor: 'totp' },
  { kind: 'factor_added', factor: 'recovery_codes' },
  { kind: 'factor_removed', factor: 'passkey' },
  { kind: 'factor_removed', factor: 'all' },
  { kind: 'factor_removed', factor: 'identities' },
  { kind: 'identity_linked', provider: 'Discord', label: '@ada' },
  // A name that somebody chose there.
  { kind: 'identity_unlinked', provider: 'GitHub', label: '<b>ada</b>' },
  { kind: 'recovery_code_used', left: 9 },
  { kind: 'codes_closed' },
  { kind: 'new_device' },
  { kind: 'reuse' },
  { kind: 'account_kept' },
]
export const sampleContents: readonly LetterContent[] = [
  { kind: 'verify_email', token },
  { kind: 'account_exists' },
  { kind: 'reset_password', token },
  { kind: 'magic_link', token },
  { kind: 'change_email', token },
  { kind: 'address_in_use' },
  { kind: 'account_closed', token, deleteAt: Date.UTC(2026, 1, 28, 9, 5) },
  {
    kind: 'alert',
    rule: 'failures_by_address',
    subject: '2001:db8:0:1::/64',
    count: 20,
    at: circumstances.at,
    ip: null,
  },
  { kind: 'alert', rule: 'session_reuse', subject: 'a'.repeat(22), count: 1, at: circumstances.at, ip: '192.0.2.1' },
  { kind: 'alert', rule: 'audit_tampering', subject: null, count: 1, at: circumstances.at, ip: null },
  {
    kind: 'alerts',
    counts: [
      { rule: 'failures_by_account', count: 41 },
      { rule: 'failures_by_address', count: 9_990 },
    ],
    since: circumstances.at,
  },
  ...notices.map((notice) => ({ ...notice, token, circumstances })),
]
