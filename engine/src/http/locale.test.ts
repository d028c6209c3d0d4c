import fc from 'fast-check'
import { expect, test } from 'vitest'
import { preferredLocale } from './locale.ts'

test.each([
  [null, 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['de, es', 'en'],
  ['fr', 'fr'],
  ['fr-CA', 'fr'],
  ['FR', 'fr'],
  ['fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7', 'fr'],
  ['en-US,en;q=0.9,fr;q=0.8', 'en'],
  ['en;q=0.5, fr;q=0.9', 'fr'],
  ['fr;q=0, en;q=0.1', 'en'],
  ['de, fr;q=0.1', 'fr'],
  ['fr ; q=0.4 , en ; q=0.3', 'fr'],
  ['fr;level=1;q=0.4, en;q=0.5', 'en'],
  ['fr, en', 'fr'],
  ['french', 'en'],
  ['fr;q=abc, en;q=0.1', 'en'],
  ['fr;q=, en;q=0.1', 'en'],
  ['en;q=0.9, fr;q=5', 'en'],
  ['en;q=0.9, fr;q=Infinity', 'en'],
  ['en;q=0.9, fr;q=1e3', 'en'],
  ['en;q=0.9, fr;q=-1', 'en'],
])('I18N-1 Accept-Language "%s" reads as %s', (header, locale) => {
  expect(preferredLocale(header)).toBe(locale)
})

test.each([
  [null, 'fr'],
  ['de', 'fr'],
  ['en-US,en;q=0.9', 'fr'],
  ['en, fr;q=0.1', 'fr'],
])('I18N-1 a site that is in French alone reads "%s" as %s', (header, locale) => {
  expect(preferredLocale(header, ['fr'])).toBe(locale)
})

test('I18N-1 what is too long to be a list is not read to its end', () => {
  expect(preferredLocale(`${'x,'.repeat(1_000_000)}fr`)).toBe('en')
  expect(preferredLocale(`fr,${'x,'.repeat(1_000_000)}`)).toBe('fr')
})

test('I18N-1 whatever is sent, the answer is a language of ours, and the one wanted most', () => {
  fc.assert(fc.property(fc.string(), (header) => ['en', 'fr'].includes(preferredLocale(header))))
  const weight = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(weight, weight, (en, fr) => {
      fc.pre(en !== fr)
      const header = `de;q=1, en;q=${(en / 1000).toFixed(3)}, fr-CH;q=${(fr / 1000).toFixed(3)}`
      expect(preferredLocale(header)).toBe(fr > en ? 'fr' : 'en')
    }),
  )
})
