// @vitest-environment node
import { expect, test } from 'vitest'
import { htmlVectors, urlVectors } from '../../tests/support/xss-vectors.ts'
import { sanitizeHtml, sanitizeUrl, trustHtml } from './index.ts'

test('XSS-1 nothing for nothing', () => {
  for (const nothing of [null, undefined, '']) {
    expect([sanitizeHtml(nothing), sanitizeUrl(nothing), trustHtml(nothing)]).toEqual(['', '', { __html: '' }])
  }
})

test('XSS-1 a number that came as JSON is text, and nothing throws', () => {
  expect([sanitizeHtml(5 as never), sanitizeHtml(0 as never), sanitizeHtml(['<b>'] as never)]).toEqual([
    '5',
    '',
    '&#60;b&#62;',
  ])
})

test('XSS-1 where there is no document, HTML is text: no tag and no attribute is left', () => {
  expect(sanitizeHtml('<b>"hello" & \'bye\'</b>')).toBe('&#60;b&#62;&#34;hello&#34; &#38; &#39;bye&#39;&#60;/b&#62;')
  for (const vector of htmlVectors) expect(sanitizeHtml(vector)).not.toMatch(/[<>"']/)
})

test.each(urlVectors.map((url) => [url]))('XSS-1 %j leads nowhere', (url) => {
  expect(sanitizeUrl(url)).toBe('about:blank')
})

test.each([
  ['https://discord.com/channels/1?x=1#y'],
  ['http://example.com'],
  ['//example.com/x'],
  ['/guilds'],
  ['guilds/1:2'],
  ['?a=javascript:1'],
  ['#javascript:1'],
  ['./javascript:1'],
  ['mailto:ada@example.com'],
  ['tel:+33123456789'],
])('XSS-1 %s stays as it is', (url) => {
  expect(sanitizeUrl(url)).toBe(url)
})
