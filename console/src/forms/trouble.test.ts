import type { Problem } from '@vigile/contract'
import { expect, test } from 'vitest'
import type { Say } from '../messages/i18n.ts'
import { troubleOf, worded } from './trouble.ts'

const fields = ['email', 'password'] as const
const problem = (more: Partial<Problem>): Problem => ({
  type: 'about:blank',
  title: 'Title',
  status: 400,
  detail: 'Detail.',
  code: 'validation_failed',
  requestId: 'r',
  ...more,
})
const bad = (path: string, message: string) => ({ path, message, code: 'x' })

test('VAL-1 errors of the server go to their fields, the first of each', () => {
  const errors = [bad('email', 'Not an email.'), bad('email', 'Too short.'), bad('/password', 'Too common.')]
  expect(troubleOf(problem({ errors }), fields)).toEqual({
    fields: { email: 'Not an email.', password: 'Too common.' },
    notice: null,
    againAt: null,
  })
})

test('VAL-1 an error of a field that the form does not have is shown above it', () => {
  const errors = [bad('locale', 'Unknown language.'), bad('email', 'Not an email.')]
  expect(troubleOf(problem({ errors }), fields)).toMatchObject({
    fields: { email: 'Not an email.' },
    notice: 'Unknown language.',
  })
})

test('VAL-2 what names no field is shown with its detail', () => {
  const refused = problem({ code: 'invalid_credentials', status: 401 })
  expect(troubleOf(refused, fields)).toEqual({ fields: {}, notice: 'Detail.', againAt: null })
  expect(troubleOf(refused, fields, { invalid_credentials: 'password' }).fields).toEqual({ password: 'Detail.' })
  expect(troubleOf(problem({ errors: [] }), fields).notice).toBe('Detail.')
})

test('LIM-3 a limit says when to try again; an absurd wait is left to the words of the server', () => {
  const limited = (retryAfterSeconds: number) => problem({ code: 'rate_limited', status: 429, retryAfterSeconds })
  expect(troubleOf(limited(900), fields, {}, 1000)).toMatchObject({ notice: 'Detail.', againAt: 901_000 })
  expect(troubleOf(limited(1e12), fields, {}, 1000).againAt).toBeNull()
})

test('CLI-5 a lost connection is told in the page’s own words', () => {
  const lost = { code: 'network', status: 0, title: 'Title', detail: 'Failed to fetch' } as const
  const say = ((key: string) => key) as unknown as Say
  const wordsOf = (names: readonly string[]) => worded(troubleOf(lost, names).notice ?? '', say)
  expect(wordsOf(fields)).toBe('trouble.network')
  expect(wordsOf([])).toBe('trouble.unreachable')
})
