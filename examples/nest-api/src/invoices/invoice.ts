export type Invoice = {
  readonly id: string
  readonly supplier: string
  readonly reference: string
  readonly amountCents: number
  /** `2026-12-31`. */
  readonly dueOn: string
  readonly state: 'waiting' | 'approved'
  readonly createdBy: string
  readonly approvedBy: string | null
}

/** The application's own table, beside those of Vigile. */
export abstract class InvoiceStore {
  abstract list(): Promise<readonly Invoice[]>
  abstract add(invoice: Invoice): Promise<void>
  /** As it is from now on; null where there is none that waits, for one of two who approve at once is the first. */
  abstract approve(id: string, by: string): Promise<Invoice | null>
  abstract close(): Promise<void>
}

/** Of the table of the store, in both dialects. */
export const table = `create table if not exists ledger_invoices (
  id text primary key, supplier text not null, reference text not null, amount_cents bigint not null,
  due_on text not null, state text not null, created_by text not null, approved_by text
)`

export type Row = Readonly<Record<string, string | number | null>>

export const fromRow = (row: Row): Invoice => ({
  id: String(row.id),
  supplier: String(row.supplier),
  reference: String(row.reference),
  amountCents: Number(row.amount_cents),
  dueOn: String(row.due_on),
  state: row.state === 'approved' ? 'approved' : 'waiting',
  createdBy: String(row.created_by),
  approvedBy: row.approved_by === null ? null : String(row.approved_by),
})

export const toRow = (invoice: Invoice): (string | number | null)[] => [
  invoice.id,
  invoice.supplier,
  invoice.reference,
  invoice.amountCents,
  invoice.dueOn,
  invoice.state,
  invoice.createdBy,
  invoice.approvedBy,
]
