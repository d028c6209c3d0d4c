import { expect, test } from 'vitest'
import { looksLikeEmail } from './email-shape.ts'

test.each(['ada@example.com', ' ada@example.com ', 'a.b+c@mail.example.co.uk', 'ada@exämple.fr', "o'hara@example.com"])(
  'VAL-1 an address is let through: %j',
  (text) => {
    expect(looksLikeEmail(text)).toBe(true)
  },
)

test.each([
  '',
  'ada',
  'ada@',
  '@example.com',
  'ada@example',
  'ada@example,com',
  'ada@example..com',
  'ada@.com',
  'ada@example.',
  'ada @example.com',
  'a@b@example.com',
])('VAL-1 a slip of the hand is told before anything is sent: %j', (text) => {
  expect(looksLikeEmail(text)).toBe(false)
})
