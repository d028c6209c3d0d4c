// Who measures how long answers take, to learn who has an account (ACC-3, S-13). The embedded database works on the thread that answers.
import { StatementSync } from 'node:sqlite'
import { afterEach, expect, test, vi } from 'vitest'
import { openSite } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'

const by = { kind: 'operator', name: 'test' } as const

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test.each(['known@example.com', 'unknown@example.com'])(
  'S-13 ACC-3 the answer is there before any delivery begins: %s asks for a new password',
  async (email) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    const site = await openSite('embedded')
    await site.vigile.users.create({ email: 'known@example.com', password: goodPassword, emailVerified: true }, by)
    const events: string[] = []
    const { all } = StatementSync.prototype
    vi.spyOn(StatementSync.prototype, 'all').mockImplementation(function (this: StatementSync, ...input) {
      if (this.sourceSQL.startsWith('with "due" ')) events.push('delivery')
      return all.apply(this, input)
    })
    const reply = await site.visitor().post('/api/auth/password/forgot', { email })
    events.push(`answer ${reply.status}`)
    // Whatever else was begun for it, on this turn or on one soon after.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(events).toEqual(['answer 202'])
    await vi.advanceTimersByTimeAsync(1_000)
    await vi.waitFor(() => expect(events[1]).toBe('delivery'))
    await vi.waitFor(() => expect(site.vigile.mailbox()).toHaveLength(email === 'known@example.com' ? 1 : 0))
    await site.close()
  },
)
