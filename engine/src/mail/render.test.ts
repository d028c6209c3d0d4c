import { locales } from '@vigile/contract'
import { describe, expect, test } from 'vitest'
import { createOneTimeToken } from '../one-time-tokens/one-time-token.ts'
import type { LetterContent, Notice } from './letter.ts'
import { renderLetter } from './render.ts'

const site = { publicUrl: 'https://shop.example.com', name: 'Shop & <Sons>' }
const token = createOneTimeToken()
const circumstances = { at: Date.UTC(2026, 0, 31, 9, 5), ip: '192.0.2.1', browser: 'Firefox', system: '<Linux>' }
const notices: readonly Notice[] = [
  { kind: 'password_changed' },
  { kind: 'password_removed' },
  { kind: 'email_change_asked', email: 'ada@example.net' },
  { kind: 'email_changed', email: 'ada@example.net' },
  { kind: 'factor_added', factor: 'totp' },
  { kind: 'factor_added', factor: 'recovery_codes' },
  { kind: 'factor_removed', factor: 'passkey' },
  { kind: 'new_device' },
  { kind: 'reuse' },
]
const contents: readonly LetterContent[] = [
  { kind: 'verify_email', token },
  { kind: 'account_exists' },
  { kind: 'reset_password', token },
  { kind: 'magic_link', token },
  { kind: 'change_email', token },
  { kind: 'address_in_use' },
  ...notices.map((notice) => ({ ...notice, token, circumstances })),
]

describe.each(locales)('I18N-1 in %s', (locale) => {
  test.each(contents.map((content) => [content.kind, content] as const))('%s', (_, content) => {
    const { to, subject, text, html } = renderLetter({ to: 'ada@example.com', locale, content }, site)
    expect(to).toBe('ada@example.com')
    expect(subject).toContain('Shop & <Sons>')
    expect(subject).not.toMatch(/[\r\n]/)
    // Every word is there, in both forms, and nothing that was to be filled in.
    for (const form of [text, html]) {
      expect(form).not.toMatch(/\{\{|undefined|mail\./)
      expect(form).toContain('https://shop.example.com')
    }
    expect(html).toContain(`<html lang="${locale}">`)
    expect(html).toContain('Shop &amp; &lt;Sons&gt;')
    expect(html).not.toContain('<Sons>')
    expect(html).not.toContain('<Linux>')
    // Nothing is fetched, and nothing tells that it was read.
    expect(html).not.toMatch(/<img|<script|<link|url\(/)
    expect('token' in content).toBe(text.includes(`#${token}`))
  })
})

test('ACC-4 the token stands behind #, so no server and no log sees it when the link is opened', () => {
  const { text } = renderLetter({ to: 'a@b.c', locale: 'en', content: { kind: 'reset_password', token } }, site)
  expect(text).toContain(`https://shop.example.com/reset-password#${token}`)
})
