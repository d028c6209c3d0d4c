// On PostgreSQL: a table in the database of Vigile.
import pg from 'pg'
import { fromRow, InvoiceStore, table, toRow } from './invoice.ts'

export const openPostgresInvoices = async (url: string): Promise<InvoiceStore> => {
  const pool = new pg.Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 8_000 })
  // An idle connection that the server ends is an event, and without a listener the end of this program.
  pool.on('error', () => {})
  await pool.query(table)
  return new (class extends InvoiceStore {
    async list() {
      const { rows } = await pool.query('select * from ledger_invoices order by due_on, id')
      return rows.map(fromRow)
    }
    async add(invoice: Parameters<InvoiceStore['add']>[0]) {
      await pool.query('insert into ledger_invoices values ($1, $2, $3, $4, $5, $6, $7, $8)', toRow(invoice))
    }
    async approve(id: string, by: string) {
      const { rows } = await pool.query(
        "update ledger_invoices set state = 'approved', approved_by = $1 where id = $2 and state = 'waiting' returning *",
        [by, id],
      )
      return rows[0] ? fromRow(rows[0]) : null
    }
    async close() {
      await pool.end()
    }
  })()
}
