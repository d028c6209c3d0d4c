// What an act costs: the statements that the engine sends, in order.
import { StatementSync } from 'node:sqlite'
import pg from 'pg'
import { vi } from 'vitest'

/** What a node does by itself from time to time. */
const ofItsOwn = /^select .* as now$|"nodes"|signing_keys|^update "outbox"|^select pg_is_in_recovery/

/** Every statement that is sent while `work` runs, by this process and to whatever database. */
export const statementsOf = async <Value>(
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly statements: readonly string[] }> => {
  const statements: string[] = []
  const see = (text: string) => void (ofItsOwn.test(text) || statements.push(text))

  const { query } = pg.Client.prototype
  const { run, all } = StatementSync.prototype
  const call = (act: unknown, on: unknown, input: unknown[]) =>
    (act as (...input: unknown[]) => unknown).apply(on, input)
  const spies = [
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...input: unknown[]) {
      const [first] = input
      see(typeof first === 'string' ? first : (first as { text: string }).text)
      return call(query, this, input)
    } as never),
    vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function (this: StatementSync, ...input: unknown[]) {
      see(this.sourceSQL)
      return call(run, this, input)
    } as never),
    vi.spyOn(StatementSync.prototype, 'all').mockImplementation(function (this: StatementSync, ...input: unknown[]) {
      see(this.sourceSQL)
      return call(all, this, input)
    } as never),
  ]
  try {
    return { value: await work(), statements }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

/** The hashing library, as far as tests stand between it and the engine. */
export type Argon2 = Record<'hash' | 'verify', (...input: unknown[]) => Promise<unknown>>
