// What an act costs: the statements that the engine sends, in order.
import { StatementSync } from 'node:sqlite'
import pg from 'pg'
import { vi } from 'vitest'

/** What a node does by itself from time to time. */
const ofItsOwn = /^select .* as now$|"nodes"|signing_keys|^(with "due" .*)?update "outbox"|^select pg_is_in_recovery/

type Sent = { readonly by: unknown; readonly text: string }

/** The statements that give entries of the audit log their place, a moment after, and that look for what is suspicious: of no act. */
const sealing =
  /audit_head|audit_checkpoints|update "?audit_entries"? set (position|"hash")|^select .* from "audit_entries"/

/** What looks at the log for what is suspicious. */
const watching = /"alert_watch"|"alerts"/

/**
 * Without the transactions of a connection that watch, and without those that began before the work or end after it: they are none of
 * its own.
 */
const withoutOthers = (sent: readonly Sent[]): readonly Sent[] => {
  const kept: Sent[] = []
  let open: Sent[] | null = null
  let isFirst = true
  for (const one of sent) {
    const isEnd = /^(commit|rollback)/.test(one.text)
    if (/^begin/.test(one.text)) open = [one]
    else if (open) open.push(one)
    else if (!watching.test(one.text)) kept.push(one)
    if (isEnd && open && !open.some(({ text }) => watching.test(text))) kept.push(...open)
    // It began before.
    if (isEnd && !open && isFirst) kept.length = 0
    if (isEnd) open = null
    if (isEnd || open) isFirst = false
  }
  return kept
}

/** Without them, and without the transactions that held nothing else; one of these may have begun before, or end later. */
const withoutSealing = (sent: readonly Sent[]): readonly string[] => {
  const connections = new Set(sent.map((one) => one.by))
  const own = new Set([...connections].flatMap((by) => withoutOthers(sent.filter((one) => one.by === by))))
  const kept = new Set(sent.filter((one) => own.has(one) && !sealing.test(one.text)))
  for (const by of connections) {
    let open: Sent[] = []
    for (const one of [...kept].filter((each) => each.by === by)) {
      if (/^begin/.test(one.text)) open = [one]
      else if (/^(commit|rollback)/.test(one.text)) {
        if (open.length < 2) for (const each of [...open, one]) kept.delete(each)
        open = []
      } else if (open.length > 0) open.push(one)
    }
    if (open.length === 1) for (const each of open) kept.delete(each)
  }
  return [...kept].map(({ text }) => text)
}

/** Every statement that is sent while `work` runs, by this process and to whatever database. */
export const statementsOf = async <Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly statements: readonly string[] }> => {
  const sent: Sent[] = []
  const see = (by: unknown, text: string) => void (ofItsOwn.test(text) || sent.push({ by, text }))

  const { query } = pg.Client.prototype
  const { run, all } = StatementSync.prototype
  const call = (act: unknown, on: unknown, input: unknown[]) =>
    (act as (...input: unknown[]) => unknown).apply(on, input)
  const spies = [
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...input: unknown[]) {
      const [first] = input
      see(this, typeof first === 'string' ? first : (first as { text: string }).text)
      return call(query, this, input)
    } as never),
    vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function (this: StatementSync, ...input: unknown[]) {
      see(StatementSync, this.sourceSQL)
      return call(run, this, input)
    } as never),
    vi.spyOn(StatementSync.prototype, 'all').mockImplementation(function (this: StatementSync, ...input: unknown[]) {
      see(StatementSync, this.sourceSQL)
      return call(all, this, input)
    } as never),
  ]
  try {
    const value = await work()
    return { value, statements: withoutSealing(sent) }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

/** The hashing library, as far as tests stand between it and the engine. */
export type Argon2 = Record<'hash' | 'verify', (...input: unknown[]) => Promise<unknown>>
