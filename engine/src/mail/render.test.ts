import { locales } from '@vigile/contract'
import { describe, expect, test } from 'vitest'
import { en } from '../messages/en.ts'
import { sampleContents, token } from './letter-samples.suite.ts'
import { renderLetter } from './render.ts'

const site = { publicUrl: 'https://shop.example.com', name: 'Shop & <Sons>' }
test('there is a sample of every kind of letter that has words', () => {
  const { footer, facts, factors, notice, ...kinds } = en.mail
  expect([...new Set(sampleContents.map(({ kind }) => kind))].toSorted()).toEqual(Object.keys(kinds).toSorted())
})

describe.each(locales)('I18N-1 in %s', (locale) => {
  test.each(sampleContents.map((content) => [content.kind, content] as const))('%s', (_, content) => {
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
