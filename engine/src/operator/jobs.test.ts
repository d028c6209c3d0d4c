// Jobs on a database that lost its data: a backup of it would be the newest (decisions/0030).
import { expect, test, vi } from 'vitest'
import { createBackground } from '../jobs/background.ts'
import { noMeter } from '../meter/meter.ts'
import type { Log } from '../primitives/log.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { places } from '../stores/samples.suite.ts'
import { createJobs } from './jobs.ts'

test.each(places)('OPS-8 on %s no job works on a database that is another than before', async (_, newPlace) => {
  const place = await newPlace()
  const database = place.open()
  await database.migrate()
  const failed: unknown[] = []
  const write = (fields: object, message: string) => void failed.push([message, 'job' in fields && fields.job])
  const log: Log = { debug: () => {}, info: () => {}, warn: write, error: write }
  const background = createBackground(log)
  const requireSameDatabase = () => Promise.reject(new UnavailableError('another'))
  const jobs = createJobs({ ...database, log, meter: noMeter, background, requireSameDatabase })
  let worked = 0
  const work = async () => ({ worked: ++worked })
  jobs.schedule({ job: 'nightly', pattern: '* * * * * *', work })
  await vi.waitFor(() => expect(failed).toContainEqual(['a job failed', 'nightly']), { timeout: 20_000 })
  await background.stop()
  expect(worked).toBe(0)
  await place.remove()
})
