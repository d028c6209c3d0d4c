// Ledger as a process, browsers that come to it, and the commands of an operator beside it.
import { join } from 'node:path'
import { type Example, type ExampleOptions, startExample } from '../../../tests/support/example.ts'
import { vigile } from '../../../tests/support/operator.ts'
import { createVisitor, type Visitor } from '../../../tests/support/visitor.ts'

export type Ledger = Example & {
  /** Someone with a browser, but without its windows. */
  browser(): Visitor
  /** `vigile …` of whoever operates it; gives what it printed. */
  operator(...args: readonly string[]): Promise<string>
}

/** At a desk, on the embedded store. */
export const startLedger = async (options: ExampleOptions = {}): Promise<Ledger> => {
  const ledger = await startExample('nest-api', { ...options, env: { NO_COLOR: '1', ...options.env } })
  let ahead = 0
  return {
    ...ledger,
    moveClock: (ms) => {
      ahead += ms
      ledger.moveClock(ms)
    },
    browser: () =>
      createVisitor({
        vigile: () => ({ fetch: (request) => fetch(request) }),
        publicUrl: ledger.url,
        now: () => Date.now() + ahead,
        address: '127.0.0.1',
        app: 'ledger',
      }),
    operator: (...args) => vigile('nest-api', { DATABASE_URL: `file:${join(ledger.folder, 'vigile.db')}` }, args),
  }
}

export const minute = 60_000
export const day = 24 * 60 * minute

export const invoice = { supplier: 'Calder & Sons', reference: 'CS-1', amountCents: 1250, dueOn: '2026-12-31' }
