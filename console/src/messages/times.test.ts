import { expect, test } from 'vitest'
import { ago, regionalLocale } from './times.ts'

const minute = 60_000
const hour = 60 * minute
const now = Date.UTC(2026, 10, 21, 10)

test.each([
  [0, null, null],
  [59_999, null, null],
  [minute, '1 minute ago', 'il y a 1 minute'],
  [59 * minute, '59 minutes ago', 'il y a 59 minutes'],
  [hour, '1 hour ago', 'il y a 1 heure'],
  [24 * hour, 'yesterday', 'hier'],
  [6 * 24 * hour, '6 days ago', 'il y a 6 jours'],
  [7 * 24 * hour, 'last week', 'la semaine dernière'],
  [400 * 24 * hour, 'last year', 'l’année dernière'],
])('TOK-7 last used %i ms ago reads %j, %j', (elapsed, english, french) => {
  expect(ago(now - elapsed, now, 'en')).toBe(english)
  expect(ago(now - elapsed, now, 'fr')).toBe(french)
})

test('a time in the future, as a wrong clock gives it, is not worded', () => {
  expect(ago(now + hour, now, 'en')).toBeNull()
})

test('dates take the shape of the user’s own region, in the page’s language', () => {
  expect(regionalLocale('en', ['fr-CA', 'en-GB', 'en-US'])).toBe('en-GB')
  expect(regionalLocale('fr', ['fr', 'fr-CA'])).toBe('fr')
  expect(regionalLocale('fr', ['en-US'])).toBe('fr')
  expect(regionalLocale('fr', ['frr'])).toBe('fr')
})
