// Ledger as a process, browsers that come to it, and the commands of an operator beside it.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Example, type ExampleOptions, startExample } from '../../../tests/support/example.ts'
import { testSecret } from '../../../tests/support/site.ts'
import { createVisitor, type Visitor } from '../../../tests/support/visitor.ts'

const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

/** `vigile …` in the folder of the example, with that environment; gives what it printed. */
export const vigile = (env: Readonly<Record<string, string>>, args: readonly string[], input = ''): Promise<string> => {
  const all = { PATH: process.env.PATH, VIGILE_SECRET: testSecret, ...env }
  const command = [join(root, 'node_modules/.bin/vigile'), ...args]
  const running = run(process.execPath, command, { cwd: join(root, 'examples/nest-api'), env: all })
  running.child.stdin?.end(input)
  return running.then(({ stdout }) => stdout)
}

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
    operator: (...args) => vigile({ DATABASE_URL: `file:${join(ledger.folder, 'vigile.db')}` }, args),
  }
}

export const minute = 60_000
export const day = 24 * 60 * minute

export const invoice = { supplier: 'Calder & Sons', reference: 'CS-1', amountCents: 1250, dueOn: '2026-12-31' }
