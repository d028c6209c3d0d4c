// La table du CRM, à côté de celles de Vigile : dans un fichier SQLite, ou dans la même base PostgreSQL.
import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

export type Contact = { readonly id: string; readonly name: string; readonly company: string; readonly email: string }

export type Contacts = {
  list(): Promise<readonly Contact[]>
  add(contact: Omit<Contact, 'id'>, by: string): Promise<Contact>
  /** Le contact supprimé, ou null s'il n'y en avait pas. */
  remove(id: string): Promise<Contact | null>
  close(): Promise<void>
}

/** Les lignes que donne une requête ; `$1`, `$2`… sont ses valeurs. */
type Query = (sql: string, ...values: readonly string[]) => Promise<readonly unknown[]>

const table =
  'create table if not exists contacts (id text primary key, name text not null, company text not null, email text not null, added_by text not null)'

export const openContacts = async (database: string): Promise<Contacts> => {
  const { query, close } = database.startsWith('file:')
    ? openFile(database.slice('file:'.length))
    : openServer(database)
  await query(table)
  return {
    list: async () => (await query('select id, name, company, email from contacts order by name')) as Contact[],
    add: async (contact, by) => {
      const { id, name, company, email } = { ...contact, id: randomUUID() }
      await query(
        'insert into contacts (id, name, company, email, added_by) values ($1, $2, $3, $4, $5)',
        id,
        name,
        company,
        email,
        by,
      )
      return { id, name, company, email }
    },
    remove: async (id) => {
      const [removed] = await query('delete from contacts where id = $1 returning id, name, company, email', id)
      return (removed as Contact | undefined) ?? null
    },
    close,
  }
}

const openFile = (file: string): { query: Query; close: () => Promise<void> } => {
  const database = new DatabaseSync(file.replace(/\.db$/, '-contacts.db'))
  return {
    query: async (sql, ...values) => database.prepare(sql.replace(/\$(\d)/g, '?$1')).all(...values),
    close: async () => database.close(),
  }
}

const openServer = (url: string): { query: Query; close: () => Promise<void> } => {
  const pool = new pg.Pool({ connectionString: url, max: 5 })
  // Une connexion au repos que le serveur ferme est un événement : sans personne pour l'entendre, Node arrête le programme.
  pool.on('error', () => {})
  return {
    query: async (sql, ...values) => (await pool.query(sql, [...values])).rows,
    close: () => pool.end(),
  }
}
