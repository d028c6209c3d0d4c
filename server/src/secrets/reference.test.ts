import { expect, test } from 'vitest'
import { formatReference, parseReference } from './reference.ts'

test.each([
  ['vault:secret/data/vigile#smtp', { kind: 'vault', place: 'secret/data/vigile', field: 'smtp' }],
  ['aws:vigile/production#smtp', { kind: 'aws', place: 'vigile/production', field: 'smtp' }],
  ['aws:vigile-smtp', { kind: 'aws', place: 'vigile-smtp', field: null }],
  [
    'aws:arn:aws:secretsmanager:eu-west-3:123456789012:secret:vigile-AbCdEf#smtp',
    { kind: 'aws', place: 'arn:aws:secretsmanager:eu-west-3:123456789012:secret:vigile-AbCdEf', field: 'smtp' },
  ],
])('OPS-2 %s is a place of a secret', (text, reference) => {
  const parsed = parseReference(text)
  expect(parsed).toEqual(reference)
  expect(formatReference(parsed as Exclude<typeof parsed, 'malformed' | null>)).toBe(text)
})

test.each([
  'vault:',
  'vault:secret/data/vigile',
  'vault:secret/data/vigile#',
  'vault:a b#c',
  'aws:',
  'aws:a#b#c',
  'aws:#b',
])('OPS-2 %s is meant to be one, and is none', (text) => {
  expect(parseReference(text)).toBe('malformed')
})

test.each(['', 'postgres://vault:aws@db/vigile', 'redis://vault', 'vaults:x#y', 'aw3s:x'])(
  '%s is a secret itself',
  (text) => {
    expect(parseReference(text)).toBeNull()
  },
)
