import { expect, test } from 'vitest'
import type { RecordedEntry } from '../audit/store.ts'
import { parseUserId, type SessionId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'
import type { SessionRow } from '../sessions/store.ts'
import { isImpossibleMove } from './impossible-move.ts'

const userId = parseUserId(randomToken(16))
const now = 1_800_000_000_000

/** A sign-in from `ip` while a session was used from `other`, a minute before. */
const isMove = (ip: string, other: string) => {
  const signIn = { action: 'session:sign-in', at: now, userId, ip, resourceId: 'new' } as unknown as RecordedEntry
  const session = { id: 'other' as SessionId, ip: other, lastUsedAt: now - 60_000 } as SessionRow
  return isImpossibleMove(
    { addressKeyOf: (text) => text },
    { audit: { search: async () => [] }, sessions: { listLive: async () => [session] } },
    signIn,
  )
}

test('AUD-5 ordinary life: a home with IPv4 and IPv6 is one place', async () => {
  expect(await isMove('198.51.100.7', '2001:db8:1:2::10')).toBe(false)
  expect(await isMove('2001:db8:1:2::10', '198.51.100.7')).toBe(false)
  expect(await isMove('2001:db8:1:3::1', '2001:db8:1:2::10')).toBe(false)
  expect(await isMove('198.51.100.7', '198.51.100.8')).toBe(false)
})

test('AUD-5 attack: a new browser in another network while the account is in use', async () => {
  expect(await isMove('203.0.113.66', '198.51.100.7')).toBe(true)
  expect(await isMove('2001:db8:66::1', '2001:db8:1:2::10')).toBe(true)
})
