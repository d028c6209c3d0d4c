// The record, searched: newest first, a page at a time (AUD-4).
import { requireInteger } from '../primitives/require-integer.ts'
import { cursorOf, parseCursor } from './cursor.ts'
import type { AuditStore, Filter, RecordedEntry } from './store.ts'

const defaultLimit = 50
const maxLimit = 200
const maxText = 200

export type SearchInput = Filter & {
  /** 1 to 200; default 50. */
  readonly limit?: number
  /** A `next`. */
  readonly after?: string
}

export type SearchResult = {
  readonly entries: readonly RecordedEntry[]
  /** From where to go on; null: that was all. */
  readonly next: string | null
}

/** Throws RangeError where a filter can't be one. */
export const requireFilter = (filter: Filter): Filter => {
  const { userId, actorId, action, resource, resourceId, ip, from, to, failed } = filter
  for (const [name, text] of Object.entries({ userId, actorId, action, resource, resourceId, ip }))
    if (text !== undefined && (text === '' || text.length > maxText || /\p{Cc}/u.test(text)))
      throw new RangeError(`audit: ${name} is to have 1 to ${maxText} characters, and no control character`)
  for (const [name, time] of Object.entries({ from, to }))
    if (time !== undefined && !Number.isSafeInteger(time))
      throw new RangeError(`audit: ${name} is to be a time in epoch milliseconds`)
  return {
    ...(userId !== undefined && { userId }),
    ...(actorId !== undefined && { actorId }),
    ...(action !== undefined && { action }),
    ...(resource !== undefined && { resource }),
    ...(resourceId !== undefined && { resourceId }),
    ...(ip !== undefined && { ip }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(failed && { failed }),
  }
}

export const searchAudit = async (
  { audit }: { readonly audit: Pick<AuditStore, 'search'> },
  input: SearchInput,
): Promise<SearchResult> => {
  const limit = requireInteger('audit.search: limit', input.limit ?? defaultLimit, { min: 1, max: maxLimit })
  const after = input.after === undefined ? null : parseCursor(input.after)
  if (input.after !== undefined && after === null) throw new RangeError('audit.search: after is to be a next')
  const entries = await audit.search({ ...requireFilter(input), order: 'newest first', after, limit })
  const last = entries.length === limit ? entries.at(-1) : undefined
  return { entries, next: last ? cursorOf(last) : null }
}
