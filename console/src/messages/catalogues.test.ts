import { locales } from '@vigile/contract'
import { expect, test } from 'vitest'
import { languageNames, languages, loadCatalogue } from './catalogues.ts'

type Tree = { readonly [key: string]: string | Tree }

const entries = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : entries(value, `${path}${key}.`),
  )

const placeholders = (text: string) => [...text.matchAll(/{{\w+}}/g)].map(String).sort()
const catalogues = { en: await loadCatalogue.en(), fr: await loadCatalogue.fr() }
const english = new Map(entries(catalogues.en))

test('I18N-1 the pages speak every language of the contract, each under its own name', () => {
  expect(languages.toSorted()).toEqual([...locales].sort())
  expect(Object.values(languageNames)).toEqual(['English', 'Français'])
})

test.each(languages)('I18N-1 no key is missing, left over or empty: %s', (language) => {
  const found = entries(catalogues[language])
  expect(found.map(([key]) => key).sort()).toEqual([...english.keys()].sort())
  expect(found.filter(([, text]) => text.trim() === '')).toEqual([])
})

test.each(languages)('I18N-1 each message takes the same values as in English: %s', (language) => {
  for (const [key, text] of entries(catalogues[language])) {
    // "One thing" may leave its number unsaid.
    if (!key.endsWith('_one')) expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')])
  }
})

test('I18N-1 French sets no-break spaces before : ; ? ! and uses the typographic apostrophe', () => {
  for (const [key, text] of entries(catalogues.fr)) {
    expect([key, text]).not.toEqual([key, expect.stringMatching(/[ \p{L}\p{N}][:;?!]( |$)|'/u)])
  }
})
