import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Invalidation } from '../primitives/channel.ts'
import { decode, encodeBeat, encodeMessages } from './channel-messages.ts'

const message: fc.Arbitrary<Invalidation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('session', 'user', 'keys'), id: fc.string({ maxLength: 200, unit: 'binary' }) }),
  fc.constant({ kind: 'everything' as const }),
)

test('messages come back as they were, and no text is longer than NOTIFY takes', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 300 }), (messages) => {
      const texts = encodeMessages('me', messages)
      expect(texts.every((text) => Buffer.byteLength(text) < 8_000)).toBe(true)
      const decoded = texts.map(decode)
      expect(decoded.flatMap((each) => (each.kind === 'messages' ? each.messages : []))).toEqual(messages)
      expect(decoded.every(({ from }) => from === 'me')).toBe(true)
    }),
  )
})

test('a heartbeat comes back as it was', () => {
  expect(decode(encodeBeat('me', 12.5))).toEqual({ kind: 'beat', from: 'me', at: 12.5 })
})

test.each([
  'not JSON',
  '',
  'null',
  '[]',
  '{"messages":[]}',
  '{"from":"me"}',
  '{"from":"me","messages":[{"kind":"session"}]}',
  '{"from":"me","messages":[{"kind":"of a newer release","id":"x"}]}',
  '{"from":"me","messages":[null]}',
])('what cannot be read means: forget everything (%s)', (text) => {
  expect(decode(text)).toMatchObject({ kind: 'messages', messages: [{ kind: 'everything' }] })
})
