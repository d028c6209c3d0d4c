// The dashboard's own table, beside Vigile's.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'

export type Announcement = {
  readonly id: string
  readonly guildId: string
  readonly by: string
  readonly title: string
  readonly html: string
  readonly link: string | null
  /** Epoch milliseconds. */
  readonly at: number
}

export type Announcements = {
  add(announcement: Announcement): Promise<void>
  /** The newest 200. */
  of(guildId: string): Promise<readonly Announcement[]>
}

export const ANNOUNCEMENTS = Symbol('announcements')

const table = (number: string) => `create table if not exists announcements (
  id text primary key, "guildId" text not null, "by" text not null, title text not null, html text not null, link text, at ${number} not null
)`
const insert = (mark: (n: number) => string) =>
  `insert into announcements (id, "guildId", "by", title, html, link, at) values (${[1, 2, 3, 4, 5, 6, 7].map(mark).join(', ')})`
const select = (mark: string) => `select * from announcements where "guildId" = ${mark} order by at desc, id limit 200`
const valuesOf = ({ id, guildId, by, title, html, link, at }: Announcement) => [id, guildId, by, title, html, link, at]

export const openAnnouncements = (database: string): Promise<Announcements> =>
  database.startsWith('postgres') ? onPostgres(database) : onSqlite(database)

const onPostgres = async (connectionString: string): Promise<Announcements> => {
  const pool = new pg.Pool({ connectionString, max: 5 })
  pool.on('error', () => {})
  await pool.query(table('bigint'))
  return {
    add: async (announcement) => {
      await pool.query(
        insert((n) => `$${n}`),
        valuesOf(announcement),
      )
    },
    of: async (guildId) => {
      const { rows } = await pool.query(select('$1'), [guildId])
      return rows.map((row) => ({ ...row, at: Number(row.at) }))
    },
  }
}

/** In Vigile's own file, so that one backup holds both. */
const onSqlite = async (database: string): Promise<Announcements> => {
  const db = new DatabaseSync(database.replace(/^file:(\/\/)?/, ''))
  await written(() => db.exec(table('integer')))
  return {
    add: (announcement) => written(() => db.prepare(insert(() => '?')).run(...valuesOf(announcement))),
    of: async (guildId) => db.prepare(select('?')).all(guildId) as unknown as Announcement[],
  }
}

const isBusy = (error: unknown) => (error as { readonly errcode?: unknown }).errcode === 5

/** One writes at a time. Whoever waited inside SQLite would hold up the thread by which Vigile ends what it writes. */
const written = async (write: () => unknown): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      write()
      return
    } catch (error) {
      if (!isBusy(error) || tries === 100) throw error
      await setTimeout(20)
    }
  }
}
