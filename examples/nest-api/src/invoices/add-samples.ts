// At a desk there is something to look at.
import { randomUUID } from 'node:crypto'
import type { InvoiceStore } from './invoice.ts'

const samples = [
  ['Atelier Rivière', 'AR-2026-118', 184_000, 6],
  ['Northwind Paper', 'NW-40771', 23_950, 11],
  ['Kestrel Hosting', 'KH-0926', 61_200, 14],
  ['Maison Leblanc', 'ML-3308', 947_500, 23],
  ['Calder & Sons', 'CS-5521', 128_040, 30],
] as const

export const addSamples = async (store: InvoiceStore): Promise<void> => {
  if ((await store.list()).length > 0) return
  for (const [supplier, reference, amountCents, days] of samples) {
    const dueOn = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
    await store.add({
      ...{ id: randomUUID(), supplier, reference, amountCents, dueOn },
      ...{ state: 'waiting', createdBy: 'sample', approvedBy: null },
    })
  }
}
