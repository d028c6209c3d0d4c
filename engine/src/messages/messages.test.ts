import { errorStatus, locales } from '@vigile/contract'
import { describe, expect, test } from 'vitest'
import { en } from './en.ts'
import { fr } from './fr.ts'
import { type MessageKey, message, waitMessage } from './messages.ts'

type Tree = { readonly [key: string]: string | Tree }

const leaves = (tree: Tree, prefix = ''): readonly (readonly [string, string])[] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value] as const] : leaves(value, `${prefix}${key}.`),
  )
const catalogues = { en: leaves(en), fr: leaves(fr) }
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted()

describe('I18N-1 the catalogues are complete', () => {
  test('every language has the same keys, none of them empty, with the same places to fill in', () => {
    const english = new Map(catalogues.en)
    for (const locale of locales) {
      expect(catalogues[locale].map(([key]) => key)).toEqual([...english.keys()])
      for (const [key, text] of catalogues[locale]) {
        expect(text.trim(), `${locale} ${key}`).toBe(text)
        expect(text.length, `${locale} ${key}`).toBeGreaterThan(2)
        expect(placeholders(text), `${locale} ${key}`).toEqual(placeholders(english.get(key) ?? ''))
      }
    }
  })

  test('French is French: what reads alike in both was looked at', () => {
    const english = new Map(catalogues.en)
    const alike = catalogues.fr.filter(([key, text]) => english.get(key) === text).map(([key]) => key)
    expect(alike).toEqual(['wait.minutes_one', 'wait.minutes_other'])
  })

  test('each error code has a title and a detail', () => {
    expect(Object.keys(en.problems).toSorted()).toEqual(Object.keys(errorStatus).toSorted())
  })

  test('nothing is left unfilled, and no key shows', () => {
    const places = catalogues.en.flatMap(([, text]) => placeholders(text))
    const values = {
      ...Object.fromEntries(places.map((place) => [place, 'V'])),
      name: 'N',
      email: 'E',
      day: 'D',
      site: 'S',
      wait: 'W',
      requestId: 'R',
      minimum: 8,
      maximum: 9,
      values: 'V',
      provider: 'P',
      count: 2,
      permission: 'P',
      role: 'R',
      what: 'W',
    }
    for (const locale of locales) {
      for (const [key] of catalogues[locale]) {
        const said = message(locale, key.replace(/_(one|other)$/, '') as MessageKey, values)
        expect(said).not.toMatch(/\{\{|\}\}|undefined/)
        expect(said).not.toBe(key)
      }
    }
  })

  test('a value is put in as it is: no second reading of it, no HTML of it', () => {
    for (const text of ['$t(problems.not_found.title)', '{{requestId}}', '<b>&amp;</b>', '$&'])
      expect(message('en', 'fields.not_one_of', { values: text })).toBe(`One of: ${text}.`)
  })
})

describe('LIM-3 a wait as people say it, never shorter than it is', () => {
  test.each([
    [1, '1 second', '1 seconde'],
    [59, '59 seconds', '59 secondes'],
    [60, '1 minute', '1 minute'],
    [61, '2 minutes', '2 minutes'],
    [900, '15 minutes', '15 minutes'],
    [901, '16 minutes', '16 minutes'],
    [3600, '60 minutes', '60 minutes'],
    [5401, '2 hours', '2 heures'],
    [86_400, '24 hours', '24 heures'],
  ])('%d s', (seconds, english, french) => {
    expect(waitMessage('en', seconds)).toBe(english)
    expect(waitMessage('fr', seconds)).toBe(french)
  })
})
