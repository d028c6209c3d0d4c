// Run by the tests as a node of its own, and killed in the middle: delivers what waits, at the time that it is told.
import { silentLog } from '../primitives/log.ts'
import { openPostgres } from '../stores/postgres.ts'
import { openSqlite } from '../stores/sqlite.ts'
import { createCourier } from './courier.ts'

const [kind, address = '', url = '', secret = '', now] = process.argv.slice(2)
const common = { offset: { ms: 0 }, log: silentLog }
const database =
  kind === 'postgres'
    ? openPostgres({ url: address, ...common })
    : openSqlite({ file: address, exclusive: false, ...common })
const webhook = () => ({ url, readSecrets: async () => [secret] })
await createCourier({
  ...database,
  webhook,
  clock: { now: () => Number(now), isSteady: () => true },
  log: silentLog,
}).deliver()
await database.close()
