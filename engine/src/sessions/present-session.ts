// Sessions as they are shown to people: nothing of the protocol's state.
import type { ListedSession, Session } from '@vigile/contract'
import Bowser from 'bowser'
import type { SessionId } from '../primitives/ids.ts'
import type { SessionRow } from './store.ts'

const devices: readonly string[] = ['desktop', 'mobile', 'tablet']

/** What a `User-Agent` says of a browser, as far as people care. */
export const describeDevice = (userAgent: string | null): Pick<Session, 'browser' | 'system' | 'device'> => {
  if (!userAgent) return { browser: null, system: null, device: 'other' }
  const { browser, os, platform } = Bowser.parse(userAgent)
  const device = devices.includes(platform.type ?? '') ? (platform.type as Session['device']) : 'other'
  return { browser: browser.name || null, system: os.name || null, device }
}

/** A row that is held in memory is shown again and again, and to read a browser's name takes 20 µs. */
const shown = new WeakMap<SessionRow, Session>()

export const presentSession = (session: SessionRow): Session => {
  const known = shown.get(session)
  if (known) return known
  const presented = present(session)
  shown.set(session, presented)
  return presented
}

const present = (session: SessionRow): Session => ({
  id: session.id,
  createdAt: session.createdAt,
  lastUsedAt: session.lastUsedAt,
  authenticatedAt: session.authenticatedAt,
  idleExpiresAt: session.idleExpiresAt,
  expiresAt: session.expiresAt,
  ...describeDevice(session.userAgent),
  ip: session.ip,
})

export const presentListed = (session: SessionRow, current: SessionId): ListedSession => ({
  ...presentSession(session),
  current: session.id === current,
})
