import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { idsIn, knownIds } from './requirements/ids.ts'
import { invariants } from './requirements/invariants.ts'
import { allTestTitles, pageFile, requirementsPage, unknownIds } from './requirements/page.ts'
import { protocolItems } from './requirements/protocol.ts'
import { testTitlesIn } from './requirements/titles.ts'

test('the page of requirements says what the tests say (if not: npm run docs)', () => {
  expect(readFileSync(pageFile, 'utf8') === requirementsPage(allTestTitles()), 'run npm run docs').toBe(true)
})

test('no test names an ID that does not exist', () => {
  expect(unknownIds(allTestTitles())).toEqual([])
})

test.each([
  ['the short and the long of one number', 'S-1, not S-10 nor xS-1', ['S-1', 'S-10']],
  ['what only begins alike', 'I18N-1 and I1', ['I18N-1', 'I1']],
  ['digits, letters and words', 'RBAC-2 SYS-A: COOK-6.', ['RBAC-2', 'SYS-A', 'COOK-6']],
  ['what is no ID', 'PKCE S256, P-256, SHA-256, RFC-9457, TOK-, SYS-Z, S-13-like', []],
  [
    'items of PROTOCOL.md',
    'PROTOCOL 2 PROTOCOL 10, 13, I6: PROTOCOL row 6',
    ['PROTOCOL 2', 'PROTOCOL 10', 'PROTOCOL 13', 'I6'],
  ],
  ['what nobody wrote down', 'S-59 I12', ['S-59', 'I12']],
])('IDs in a title: %s', (_, title, ids) => {
  expect(idsIn(title)).toEqual(ids)
})

test.each([
  ['what tests of the session protocol must cover', protocolItems],
  ['its invariants', invariants],
])('nothing is without a test: %s', (_, items) => {
  const proven = new Set(allTestTitles().flatMap(({ path }) => idsIn(path.join(' '))))
  expect(Object.keys(items).filter((id) => !proven.has(id))).toEqual([])
})

test('every area has IDs, and no ID is in two', () => {
  expect(knownIds.size).toBeGreaterThan(200)
  expect([...knownIds].filter((id) => idsIn(id).join() !== id)).toEqual([])
})

test('titles are found in every way that a test is written', () => {
  const text = `
    describe('outer', () => {
      test('plain', () => {})
      it.only(\`with \${value} inside\`, () => {})
      describe.each(rows)('each %s', () => {
        test.each([['a']])('of %s', () => {})
        test.each\`a | b\`('by table', () => {})
        test('joined ' + name, () => {})
      })
      test.skip('not run', () => {})
      test.todo('not written')
      test(name, () => {})
      other('no test', () => {})
      if (/pattern/.test('TOK-1', 2)) other()
    })
    for (const store of stores) describe.skip(store, () => { test('inside', () => {}) })
    describe.skip('nothing in here', () => { test('counts', () => {}) })
  `
  expect(testTitlesIn('a.test.ts', text).map(({ path }) => path.join(' › '))).toEqual([
    'outer › plain',
    'outer › with … inside',
    'outer › each %s › of %s',
    'outer › each %s › by table',
    'outer › each %s › joined …',
    'outer › …',
  ])
})
