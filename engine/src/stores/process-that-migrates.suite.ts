// Run by the tests as a process of its own: migrates, and prints the names it applied.
import { silentLog } from '../primitives/log.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

const [kind, address = ''] = process.argv.slice(2)
const common = { offset: { ms: 0 }, log: silentLog }
const database =
  kind === 'postgres'
    ? openPostgres({ url: address, ...common })
    : openSqlite({ file: address, exclusive: false, ...common })
console.log(JSON.stringify(await database.migrate()))
await database.close()
