// The record as a file: oldest first, read page by page, so that it may be of any length (AUD-4).
import type { Clock } from '../primitives/clock.ts'
import { type AnyActor, contextOf, nameActor } from './actor.ts'
import { auditEntry, noContext } from './entry.ts'
import { requireFilter } from './search.ts'
import type { AuditStore, Filter, RecordedEntry } from './store.ts'

const page = 500

export type ExportInput = Filter & { readonly format: 'csv' | 'jsonl' }

/** The action of the last line, which is no entry: a file without it was cut off. No application writes an `audit:`. */
const exportEnd = 'audit:export:end'

/**
 * The lines, without their ends. That somebody takes the record away is on record itself, before the first line.
 * RFC 4180 with a head line, or JSON Lines; times are ISO 8601, UTC. The last line says that it is the last, how many entries there were,
 * and whether that is all: where `goesOn`, asked before each page, says no, `complete` is false, and `from` is where to go on.
 */
export async function* exportAudit(
  deps: { readonly audit: Pick<AuditStore, 'search' | 'append'>; readonly clock: Clock },
  input: ExportInput,
  by: AnyActor,
  goesOn: () => Promise<boolean> = async () => true,
): AsyncGenerator<string, void, undefined> {
  const filter = requireFilter(input)
  const now = deps.clock.now()
  const details = { by: nameActor(by), format: input.format, ...filter }
  await deps.audit.append([auditEntry(contextOf(by), { action: 'audit:export', at: now, details })])
  const isCsv = input.format === 'csv'
  if (isCsv) yield columns.map(csvCell).join(',')
  const lineOf = isCsv ? csvLine : jsonLine
  const end = (details: RecordedEntry['details']) =>
    lineOf({ ...auditEntry(noContext, { action: exportEnd, at: deps.clock.now(), details }), position: null })
  let count = 0
  let after: RecordedEntry | null = null
  while (await goesOn()) {
    const entries: readonly RecordedEntry[] = await deps.audit.search({
      to: now,
      ...filter,
      order: 'oldest first',
      after,
      limit: page,
    })
    for (const entry of entries) yield lineOf(entry)
    count += entries.length
    if (entries.length < page) return yield end({ complete: true, entries: count })
    after = entries.at(-1) ?? null
  }
  yield end({ complete: false, entries: count, from: after?.at ?? filter.from ?? 0 })
}

const columns = [
  ...['position', 'at', 'action', 'userId', 'actorId', 'resource', 'resourceId'],
  ...['details', 'ip', 'userAgent', 'requestId', 'id'],
] as const

/** A time that can't be one, which nobody of ours wrote, stays a number. */
const timed = (entry: RecordedEntry) => {
  const at = new Date(entry.at)
  return { ...entry, at: Number.isNaN(at.getTime()) ? entry.at : at.toISOString() }
}

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
 * browser's name (OWASP, CSV injection). So does what follows a semicolon, which ends a cell in much of Europe. Line ends and other
 * controls become visible.
 */
const csvCell = (text: string): string => {
  const visible = text.replace(/\p{Cc}/gu, '\ufffd').replace(/;(?=[\s"]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g, ";'")
  const plain = visible.replaceAll('"', '""')
  return `"${/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20\ufffd]/.test(plain) ? `'${plain}` : plain}"`
}
