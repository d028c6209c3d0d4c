// A browser that the account does not know, in a network where it never was, while it is in use elsewhere: its owner is hardly in two
// places.
import type { AuditStore, RecordedEntry } from '../audit/store.ts'
import { parseUserId } from '../primitives/ids.ts'
import type { SessionStore } from '../sessions/store.ts'
import { regionOf } from './region.ts'

/** In use elsewhere so shortly before or after. */
const nearMs = 30 * 60_000
/** Networks of sign-ins so long ago are the owner's. */
const knownForMs = 90 * 86_400_000
const maxSignIns = 200

export type ImpossibleMoveDeps = {
  /** An IPv4 address itself, or the /64 of another; null: it is none. */
  readonly addressKeyOf: (ip: string) => string | null
}

export type ImpossibleMoveStores = {
  readonly audit: Pick<AuditStore, 'search'>
  readonly sessions: Pick<SessionStore, 'listLive'>
}

/** Whether a sign-in is one. `signIn`: an entry `session:sign-in` of a new device. */
export const isImpossibleMove = async (
  { addressKeyOf }: ImpossibleMoveDeps,
  { audit, sessions }: ImpossibleMoveStores,
  signIn: RecordedEntry,
): Promise<boolean> => {
  const userId = parseUserId(signIn.userId ?? '')
  const region = (ip: string | null) => {
    const key = ip === null ? null : addressKeyOf(ip)
    return key === null ? null : regionOf(key)
  }
  const here = region(signIn.ip)
  if (userId === null || here === null) return false
  // A home has an IPv4 and an IPv6 address, and nothing tells that they are of one place.
  const isElsewhere = (ip: string | null) => {
    const there = region(ip)
    return there !== null && there !== here && there.includes(':') === here.includes(':')
  }
  const live = await sessions.listLive(userId, signIn.at)
  const isUsedElsewhere = live.some(
    ({ id, ip, lastUsedAt }) =>
      id !== signIn.resourceId && isElsewhere(ip) && Math.abs(lastUsedAt - signIn.at) < nearMs,
  )
  if (!isUsedElsewhere) return false
  const before = await audit.search({
    userId,
    action: signIn.action,
    from: signIn.at - knownForMs,
    to: signIn.at,
    order: 'newest first',
    after: null,
    limit: maxSignIns,
  })
  return before.every(({ ip }) => region(ip) !== here)
}
