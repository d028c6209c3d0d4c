import { expect, test } from 'vitest'
import { freshDatabase } from '../../../tests/services/run.ts'
import { silentLog } from '../primitives/log.ts'
import { openPostgres } from './postgres.ts'

test('TOK-10 a batch is no larger than asked for, whichever way PostgreSQL takes to its rows', async () => {
  const address = new URL(await freshDatabase())
  // The way that it takes to a small table of which it knows nothing yet: it looks into the inner select for each row.
  const ways = ['hashjoin', 'mergejoin', 'hashagg', 'sort', 'material', 'memoize'].map((way) => `-c enable_${way}=off`)
  address.searchParams.set('options', ways.join(' '))
  const database = openPostgres({ url: address.href, offset: { ms: 0 }, log: silentLog })
  await database.migrate()
  for (let count = 0; count < 30; count += 1) await database.usedProofs.take(`proof ${count}`, count)
  expect(await database.usedProofs.deleteOld(25, 10)).toBe(10)
  expect(await database.usedProofs.deleteOld(25, 20)).toBe(15)
  expect(await database.usedProofs.deleteOld(25, 20)).toBe(0)
  await database.close()
})
