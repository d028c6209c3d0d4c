import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { keyTextOf, signWebhook } from './sign.ts'

test('AUD-5 the vector that libraries of Standard Webhooks are tested with', () => {
  const secret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', at: 1_614_265_330_999 }
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
  expect(signWebhook([secret], message)).toEqual({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': signature,
  })
  const both = signWebhook(['c2Vjb25kIHNlY3JldCBvZiBhIHRlc3Q=', `whsec_${secret}`], message)['webhook-signature']
  const other = createHmac('sha256', 'second secret of a test').update(`${message.id}.1614265330.${message.body}`)
  expect(both).toBe(`v1,${other.digest('base64')} ${signature}`)
})

test.each(['', 'whsec_', 'not base64!', 'YWJjZA', 'YWJj-_==', 'whsec_whsec_YWJj', 'YWJj\n'])(
  '%j is no secret',
  (text) => {
    expect(keyTextOf(text)).toBeNull()
  },
)
