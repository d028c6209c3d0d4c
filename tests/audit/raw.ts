// The database as somebody who has stolen its password sees it.
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

export type Raw = {
  run(text: string): Promise<readonly Record<string, unknown>[]>
  close(): Promise<void>
}

export const openRaw = async (database: string): Promise<Raw> => {
  if (database.startsWith('file:')) {
    const file = new DatabaseSync(database.slice('file:'.length), { timeout: 5_000 })
    return { run: async (text) => file.prepare(text).all(), close: async () => file.close() }
  }
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  return {
    run: async (text) => {
      const { rows } = (await client.query(text)) as { rows: Record<string, unknown>[] }
      return rows
    },
    close: () => client.end(),
  }
}
