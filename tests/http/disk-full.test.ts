// The embedded database can no longer write (SPEC section 17): what only reads goes on, nothing reports a change as done.
import { StatementSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { goodPassword } from '../support/visitor.ts'
import { type DocumentedSite, openDocumentedSite } from './documented.ts'

let site: DocumentedSite
beforeAll(async () => {
  site = await openDocumentedSite('embedded')
})
afterAll(async () => {
  vi.restoreAllMocks()
  await site?.close()
})

/** SQLite's own error for each statement that would write. */
const fillDisk = () => {
  for (const name of ['run', 'all', 'get'] as const) {
    const real = StatementSync.prototype[name] as (...given: unknown[]) => unknown
    vi.spyOn(StatementSync.prototype, name).mockImplementation(function (this: StatementSync, ...given: unknown[]) {
      if (/^\s*(insert|update|delete)/i.test(this.sourceSQL))
        throw Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
      return real.apply(this, given)
    } as never)
  }
}

test('S-90 H-12 I11 disk full: sessions are checked, changes are 503, and no sign-out is reported that was not', async () => {
  const visitor = site.visitor()
  await visitor.signUp('ada@example.com')
  await visitor.ack()
  site.move(61 * 60_000)
  const before = visitor.jar.snapshot()
  fillDisk()
  const newPassword = 'another-quiet-lantern-43'
  const changes = {
    signUp: () => visitor.signUp('bob@example.com'),
    signIn: () => visitor.signIn('ada@example.com'),
    wrong: () => visitor.signIn('ada@example.com', 'no-quiet-harbour-41'),
    refresh: () => visitor.refresh(),
    logout: () => visitor.post('/api/auth/logout', {}),
    logoutAll: () => visitor.post('/api/auth/logout-all', {}),
    end: () => visitor.send('DELETE', `/api/auth/sessions/${visitor.cookie('refresh')?.split('.')[2]}`),
  }
  for (const [name, ask] of Object.entries(changes)) {
    const reply = await ask()
    expect([name, reply.status, reply.body?.code]).toEqual([name, 503, 'unavailable'])
    expect(reply.headers.get('retry-after')).toBe('2')
    expect(reply.setCookies).toEqual([])
  }
  expect(visitor.jar.snapshot()).toEqual(before)

  vi.restoreAllMocks()
  expect((await visitor.refresh()).body.rotated).toBe(true)
  fillDisk()
  expect((await visitor.me()).status).toBe(200)
  expect((await visitor.get('/api/auth/sessions')).status).toBe(200)
  const change = { currentPassword: goodPassword, newPassword }
  expect((await visitor.post('/api/auth/password/change', change)).status).toBe(503)
  vi.restoreAllMocks()
  expect((await visitor.signIn('ada@example.com')).status).toBe(200)
})
