// Run by the tests as a node of its own, and killed in the middle: sends what waits, at the time that it is told.
import { deriveKeys } from '../keys/derive.ts'
import { noMeter } from '../meter/meter.ts'
import { silentLog } from '../primitives/log.ts'
import { openPostgres } from '../stores/postgres.ts'
import { openSqlite } from '../stores/sqlite.ts'
import { mailSecret, mailSite } from './letter-samples.suite.ts'
import { createPostman } from './postman.ts'
import { createSmtpTransport } from './smtp.ts'

const [kind, address = '', port, now] = process.argv.slice(2)
const common = { offset: { ms: 0 }, log: silentLog }
const { outbox } =
  kind === 'postgres'
    ? openPostgres({ url: address, ...common })
    : openSqlite({ file: address, exclusive: false, ...common })
const key = deriveKeys(mailSecret)
await createPostman({
  outbox,
  keyring: { find: async (id) => (id === key.id ? key : null) },
  transport: createSmtpTransport({ url: `smtp://127.0.0.1:${port}`, from: 'no-reply@shop.example.com' }),
  site: mailSite,
  clock: { now: () => Number(now), isSteady: () => true },
  log: silentLog,
  meter: noMeter,
}).deliver()
