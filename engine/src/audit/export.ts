// The record as a file: oldest first, read page by page, so that it may be of any length (AUD-4).
import type { Clock } from '../primitives/clock.ts'
import { type Actor, nameActor } from './actor.ts'
import type { Cursor } from './cursor.ts'
import { auditEntry, noContext } from './entry.ts'
import { requireFilter } from './search.ts'
import type { AuditStore, Filter, RecordedEntry } from './store.ts'

const page = 500

export type ExportInput = Filter & { readonly format: 'csv' | 'jsonl' }

/**
 * The lines, without their ends. That somebody takes the record away is on record itself, before the first line.
 * RFC 4180 with a head line, or JSON Lines; times are ISO 8601, UTC.
 */
export async function* exportAudit(
  deps: { readonly audit: Pick<AuditStore, 'search' | 'append'>; readonly clock: Clock },
  input: ExportInput,
  by: Actor,
): AsyncGenerator<string> {
  const filter = requireFilter(input)
  const now = deps.clock.now()
  const details = { by: nameActor(by), format: input.format, ...filter }
  await deps.audit.append([auditEntry(noContext, { action: 'audit:export', at: now, details })])
  const isCsv = input.format === 'csv'
  if (isCsv) yield columns.map(csvCell).join(',')
  for (let after: Cursor | null = null; ; ) {
    const entries: readonly RecordedEntry[] = await deps.audit.search({
      to: now,
      ...filter,
      order: 'oldest first',
      after,
      limit: page,
    })
    for (const entry of entries) yield isCsv ? csvLine(entry) : jsonLine(entry)
    after = entries.at(-1) ?? null
    if (!after || entries.length < page) return
  }
}

const columns = [
  ...['position', 'at', 'action', 'userId', 'resource', 'resourceId'],
  ...['details', 'ip', 'userAgent', 'requestId', 'id'],
] as const

const timed = (entry: RecordedEntry) => ({ ...entry, at: new Date(entry.at).toISOString() })

/** What JSON leaves as it is, and a terminal or an old script engine does not: C1 controls, U+2028 and U+2029. */
const unsafeInJson = /[\u007f-\u009f\u2028\u2029]/g

const jsonLine = (entry: RecordedEntry): string =>
  JSON.stringify(timed(entry)).replace(
    unsafeInJson,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const csvLine = (entry: RecordedEntry): string => {
  const cells: Record<string, unknown> = { ...timed(entry), details: JSON.stringify(entry.details) }
  return columns.map((column) => csvCell(String(cells[column] ?? ''))).join(',')
}

/**
 * A cell that a spreadsheet would take for a formula begins with an apostrophe: who fails to sign in chooses what stands in the
 * browser's name (OWASP, CSV injection). Line ends and other controls become visible.
 */
const csvCell = (text: string): string => {
  const plain = text.replace(/\p{Cc}/gu, '\ufffd').replaceAll('"', '""')
  return `"${/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20\ufffd]/.test(plain) ? `'${plain}` : plain}"`
}
