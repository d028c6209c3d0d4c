// Where there is no DATABASE_URL: a file beside Vigile's own.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fromRow, InvoiceStore, type Row, table, toRow } from './invoice.ts'

export const openSqliteInvoices = (vigileFile: string): InvoiceStore => {
  const folder = dirname(vigileFile)
  mkdirSync(folder, { recursive: true })
  const database = new DatabaseSync(join(folder, 'ledger.db'))
  database.exec(`pragma journal_mode = wal; ${table}`)
  const all = database.prepare('select * from ledger_invoices order by due_on, id')
  const insert = database.prepare('insert into ledger_invoices values (?, ?, ?, ?, ?, ?, ?, ?)')
  const approve = database.prepare(
    "update ledger_invoices set state = 'approved', approved_by = ? where id = ? and state = 'waiting' returning *",
  )
  return new (class extends InvoiceStore {
    async list() {
      return all.all().map((row) => fromRow(row as Row))
    }
    async add(invoice: Parameters<InvoiceStore['add']>[0]) {
      insert.run(...toRow(invoice))
    }
    async approve(id: string, by: string) {
      const row = approve.get(by, id)
      return row ? fromRow(row as Row) : null
    }
    async close() {
      database.close()
    }
  })()
}
