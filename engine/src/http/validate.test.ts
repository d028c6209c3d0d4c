import { changePasswordBody, continueQuery, loginBody, logoutBody, refreshBody, registerBody } from '@vigile/contract'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { passwordFields, validate } from './validate.ts'

const faults = (schema: z.ZodType, input: unknown) => {
  const result = validate(schema, input)
  return result.ok ? 'accepted' : result.fields.map(({ path, code }) => `${path}: ${code}`)
}
const right = { email: 'ada@example.com', password: 'quiet-harbour-lantern-42' }

describe('VAL-1 each bad field is named', () => {
  test.each([
    ['nothing', {}, ['email: required', 'password: required']],
    ['wrong types', { email: 1, password: ['x'] }, ['email: wrong_type', 'password: wrong_type']],
    ['null', { email: null, password: null }, ['email: wrong_type', 'password: wrong_type']],
    ['an object that pretends to be text', { ...right, email: { toString: 'x' } }, ['email: wrong_type']],
    ['too short', { email: 'a', password: '' }, ['email: too_short', 'password: too_short']],
    ['too long', { email: 'a'.repeat(255), password: 'a'.repeat(4097) }, ['email: too_long', 'password: too_long']],
    ['unknown ones', { ...right, admin: true, role: 'admin' }, ['admin: unknown', 'role: unknown']],
    ['a list', [right], [': wrong_type']],
    ['a text', 'x', [': wrong_type']],
    ['null alone', null, [': wrong_type']],
  ])('%s', (_, body, named) => {
    expect(faults(loginBody, body)).toEqual(named)
  })

  test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'])(
    'prototype pollution: "%s" is an unknown property like any other',
    (name) => {
      const body = JSON.parse(`{"email":"ada@example.com","password":"p","${name}":{"isAdmin":true}}`)
      expect(faults(loginBody, body)).toEqual([`${name}: unknown`])
      expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
    },
  )

  test('a prototype that was swapped gives no missing field', () => {
    expect(faults(loginBody, JSON.parse(`{"__proto__":${JSON.stringify(right)}}`))).toContain('email: required')
  })

  test('so many faults are named, and no more', () => {
    const body = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`x${index}`, 1]))
    expect(faults(loginBody, body)).toHaveLength(20)
  })

  test('S-12 thousands of names are refused without being looked at', () => {
    const body = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`x${index}`, 1]))
    expect(faults(loginBody, body)).toEqual([': invalid'])
  })

  test.each([
    ['register', registerBody, { ...right, locale: 'de' }, ['locale: not_one_of']],
    ['register', registerBody, { ...right, name: ' ' }, ['name: too_short']],
    ['register', registerBody, { ...right, name: 'a'.repeat(201) }, ['name: too_long']],
    ['register', registerBody, { ...right, emailVerified: true }, ['emailVerified: unknown']],
    ['register', registerBody, { ...right, id: 'x', isActive: true }, ['id: unknown', 'isActive: unknown']],
    ['refresh', refreshBody, { retry: 'x', settled: 7 }, ['retry: invalid', 'settled: wrong_type']],
    ['refresh', refreshBody, { retry: 'ABCDEF0123456789' }, ['retry: invalid']],
    ['refresh', refreshBody, { userId: 'x' }, ['userId: unknown']],
    ['logout', logoutBody, { only: 'x' }, ['only: invalid']],
    ['change', changePasswordBody, { newPassword: 'x' }, ['currentPassword: required']],
    ['continue', continueQuery, { returnTo: '' }, ['returnTo: too_short']],
    ['continue', continueQuery, { returnTo: `/${'a'.repeat(2048)}` }, ['returnTo: too_long']],
  ])('%s: %#', (_, schema, input, named) => {
    expect(faults(schema, input)).toEqual(named)
  })
})

test.each(['Ada\r\nBcc: everyone@example.com', 'Ada\nLovelace', 'Ada\0', '\u0007', 'a\u0085b', '\u202eadA'])(
  'VAL-1 a name is a line of text, or it would write headers of mails and lines of logs: %j',
  (name) => {
    expect(faults(registerBody, { ...right, name })).toEqual(['name: invalid'])
  },
)

test.each(['Ada Lovelace', 'Élodie O’Neill-Müller', '李小龍', 'محمد', '👩‍💻 Ada'])('VAL-1 %s is a name', (name) => {
  expect(faults(registerBody, { ...right, name })).toBe('accepted')
})

test('ACC-2 faults of a new password stand at the field that it came in', () => {
  expect(passwordFields('newPassword', [{ code: 'too_short', minimum: 8 }, { code: 'common' }])).toEqual([
    { path: 'newPassword', code: 'password_too_short', key: 'fields.password_too_short', values: { minimum: 8 } },
    { path: 'newPassword', code: 'password_common', key: 'fields.password_common', values: {} },
  ])
})
