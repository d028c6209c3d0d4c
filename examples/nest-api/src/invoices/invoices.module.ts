import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common'
import { environment } from '../environment.ts'
import { addSamples } from './add-samples.ts'
import { InvoiceStore } from './invoice.ts'
import { InvoicesController } from './invoices.controller.ts'
import { openPostgresInvoices } from './postgres-invoices.ts'
import { openSqliteInvoices } from './sqlite-invoices.ts'

const open = async (): Promise<InvoiceStore> => {
  const { database, isProduction } = environment
  const store = database.startsWith('postgres')
    ? await openPostgresInvoices(database)
    : openSqliteInvoices(database.replace(/^file:(\/\/)?/, ''))
  if (!isProduction) await addSamples(store)
  return store
}

@Module({ controllers: [InvoicesController], providers: [{ provide: InvoiceStore, useFactory: open }] })
export class InvoicesModule implements OnApplicationShutdown {
  constructor(@Inject(InvoiceStore) private readonly store: InvoiceStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close()
  }
}
