import { stat } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { readLine } from './facts.ts'
import type { Line } from './line.ts'
import { askPostgres } from './postgres.ts'
import type { Target } from './target.ts'

/** The restores that this database went through. Null: it is not there, has no audit log, or can't be asked. */
export const lineOf = async (target: Target): Promise<Line | null> => {
  try {
    if (target.kind === 'postgres') return await askPostgres(target.url, readLine)
    await stat(target.file)
    const database = new DatabaseSync(target.file, { readOnly: true })
    return await readLine(async (sql) => database.prepare(sql).all()).finally(() => database.close())
  } catch {
    return null
  }
}
