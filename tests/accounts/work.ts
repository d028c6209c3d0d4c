// What an act costs: the statements that the engine sends, in order.
import { StatementSync } from 'node:sqlite'
import pg from 'pg'
import { vi } from 'vitest'

/** What a node does by itself from time to time. */
const ofItsOwn = /^select .* as now$|"nodes"|signing_keys|^update "outbox"|^select pg_is_in_recovery/

type Sent = { readonly by: unknown; readonly text: string }

/** The statements that give entries of the audit log their place, a moment after: no act sends one of them. */
const sealing =
  /audit_head|audit_checkpoints|update audit_entries set position|from "audit_entries" where (\(mac is null|"(hash|position)" is)/

/** Without them, and without the transactions that held nothing else; one of these may have begun before, or end later. */
const withoutSealing = (sent: readonly Sent[]): readonly string[] => {
  const kept = new Set(sent.filter(({ text }) => !sealing.test(text)))
  for (const by of new Set(sent.map((one) => one.by))) {
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
