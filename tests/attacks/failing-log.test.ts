// A log that can't be written.
import { expect, test } from 'vitest'
import { openSite } from '../support/site.ts'

test('S-90 even a log that fails in the middle leaves no request without an answer', async () => {
  let calls = 0
  const broken = await openSite('embedded', {
    log: {
      debug: () => {},
      info: (_, message) => {
        if (message === 'request') throw new Error('no space left on device')
      },
      warn: () => {},
      error: () => {
        calls += 1
      },
    },
  })
  const reply = await broken.visitor().get('/api/auth/me')
  expect([reply.status, reply.body.code]).toEqual([500, 'internal_error'])
  expect(reply.headers.get('cache-control')).toBe('no-store')
  expect(reply.text).not.toContain('no space')
  expect(calls).toBe(1)
  await broken.close()
})
