// Run by the tests as a process of its own, and killed: writes accounts with sessions, and prints each id once committed.
import { writeSync } from 'node:fs'
import { silentLog } from '../primitives/log.ts'
import { openPostgres } from './postgres.ts'
import { sampleAccount, sampleSession } from './samples.suite.ts'
import { openSqlite } from './sqlite.ts'

const [kind, address = ''] = process.argv.slice(2)
const common = { offset: { ms: 0 }, log: silentLog }
const database =
  kind === 'postgres'
    ? openPostgres({ url: address, ...common })
    : openSqlite({ file: address, exclusive: true, ...common })

const writeForEver = async (): Promise<never> => {
  for (;;) {
    const account = sampleAccount()
    const session = sampleSession({ userId: account.id })
    await database.transact(async ({ accounts, sessions }) => {
      await accounts.insert(account)
      await sessions.insert(session)
    })
    writeSync(1, `${session.id}\n`)
  }
}
await Promise.all([writeForEver(), writeForEver()])
