import { expect, test } from 'vitest'
import { scrub } from './scrub.ts'

test.each([
  ['an email', 'no letter for Ada.Love+x@mail.example.co.uk today', 'no letter for [email] today'],
  [
    'credentials',
    'connect postgres://vigile:s3cr3t@db.example.com:5432/app',
    'connect postgres://[credentials]@db.example.com:5432/app',
  ],
  ['a query', 'GET https://a.example.com/x?code=4711&state=ab failed', 'GET https://a.example.com/x?[query] failed'],
  ['a header', 'sent Authorization: Bearer abc.def', 'sent Authorization: [secret] [token]'],
  ['a bearer token', 'refused bearer abc.def-ghi, again', 'refused bearer [token] again'],
  [
    'a refresh token',
    'v1.k1.mQ3nT8xWm2rZp6yLc9dHs4jBf7.3.0.Ab3nT8xWm2rZp6yLc9dHs4 is stale',
    'v1.k1.[token].3.0.[token] is stale',
  ],
  ['a hash', 'no row e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'no row [token]'],
  ['a password in JSON', '{"password":"hunter2","name":"x"}', '{"password":"[secret]","name":"x"}'],
])('OPS-5 %s does not leave the machine', (_, text, left) => {
  expect(scrub(text)).toBe(left)
})

test('OPS-5 where a fault was stays readable', () => {
  const stack =
    'Error: relation "users" does not exist\n    at findAccountByEmailHash (file:///app/engine/dist/stores/account-store.js:42:17)'
  expect(scrub(stack)).toBe(stack)
})
