// The exact bytes that the MAC and the chain cover. Two different entries never share them.
import { sha256 } from '../primitives/hash.ts'
import { randomToken } from '../primitives/random.ts'
import type { StoredEntry } from './chain-store.ts'
import { holdsPersonal, mergeDetails, pickDetails } from './personal-details.ts'
import type { AuditEntry } from './store.ts'

/**
 * What the deletion of an account takes out of its entries is covered by a salted hash in its place: without the salt nobody
 * can try which address or email it stood for, and what is left can still be verified.
 */
export const commitmentOf = (
  salt: string,
  { ip, userAgent, personal }: Pick<StoredEntry, 'ip' | 'userAgent' | 'personal'>,
): string => sha256(JSON.stringify(['vigile audit person 1', salt, ip, userAgent, personal]), 'base64url')

type Covered = Pick<
  StoredEntry,
  'id' | 'at' | 'userId' | 'actorId' | 'action' | 'resource' | 'resourceId' | 'details' | 'requestId' | 'commitment'
>

/** A JSON array of texts, whole numbers and nulls: JSON writes no two of these alike. */
export const contentOf = (entry: Covered): string =>
  JSON.stringify([
    'vigile audit entry 1',
    entry.id,
    entry.at,
    entry.userId,
    entry.action,
    entry.resource,
    entry.resourceId,
    entry.details,
    entry.requestId,
    entry.commitment,
    // Entries from before there was this one are as they were.
    ...(entry.actorId === null ? [] : [entry.actorId]),
  ])

/** The hash of an entry in its place: of all entries before it, through that of the one before. */
export const linkOf = (previous: string, position: number, content: string): string =>
  sha256(`${previous}\n${position}\n${content}`, 'base64url')

/** An entry as it is stored; `macOf` gives its MAC, null where none is made. */
export const toStored = (entry: AuditEntry, macOf: ((content: string) => string) | null): StoredEntry => {
  if (!Number.isSafeInteger(entry.at)) throw new RangeError(`An audit entry of the time ${entry.at}`)
  // Who acts on others says nothing personal of them, for it would go with whoever acts.
  const hasPersonal = entry.actorId === null && holdsPersonal(entry.details)
  const salt = randomToken(16)
  const stored = {
    id: entry.id,
    at: entry.at,
    userId: wellFormed(entry.userId),
    actorId: wellFormed(entry.actorId),
    action: entry.action.toWellFormed(),
    resource: wellFormed(entry.resource),
    resourceId: wellFormed(entry.resourceId),
    details: JSON.stringify(hasPersonal ? pickDetails(entry.details, false) : entry.details),
    ip: wellFormed(entry.ip),
    userAgent: wellFormed(entry.userAgent),
    requestId: wellFormed(entry.requestId),
    personal: hasPersonal ? JSON.stringify(pickDetails(entry.details, true)) : null,
    salt,
  }
  const covered = { ...stored, commitment: commitmentOf(salt, stored) }
  return { ...covered, mac: macOf?.(contentOf(covered)) ?? null, position: null, hash: null }
}

/** Half a surrogate pair does not come back from a database as it went in. */
const wellFormed = (text: string | null): string | null => text?.toWellFormed() ?? null

/** Of whom an entry tells: the deletion of the account takes it out, and excuses that it is not there. */
export const personOf = ({ userId, actorId }: Pick<StoredEntry, 'userId' | 'actorId'>): string | null =>
  actorId ?? userId

/** What can't be read is shown as it stands: an entry that somebody broke hides no other. */
export const parseDetails = (text: string): AuditEntry['details'] => {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as AuditEntry['details']
  } catch {}
  return { unreadable: text }
}

/** The entry as it was given. */
export const fromStored = (stored: StoredEntry): AuditEntry => ({
  id: stored.id,
  at: stored.at,
  userId: stored.userId,
  actorId: stored.actorId,
  action: stored.action,
  resource: stored.resource,
  resourceId: stored.resourceId,
  details: mergeDetails(parseDetails(stored.details), parseDetails(stored.personal ?? '{}')),
  ip: stored.ip,
  userAgent: stored.userAgent,
  requestId: stored.requestId,
})
