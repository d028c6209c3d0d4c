import type { LoadedConfiguration } from '../configuration/load-configuration.ts'
import { type Cli, reason } from './cli.ts'
import { optionsOf } from './with-vigile.ts'

/** Puts the run of a job on record, for metrics and the doctor. A database that can't be asked changes nothing of what was done. */
export const noteRun = async (
  cli: Cli,
  loaded: LoadedConfiguration,
  job: string,
  result: Readonly<Record<string, number>>,
): Promise<void> => {
  const vigile = cli.surroundings.createVigile(optionsOf(cli, loaded))
  try {
    await vigile.jobs.note(job, result)
  } catch (error) {
    const { backup } = cli.messages
    // Before a restore that is as it should be, and no time for `vigile migrate`.
    const state = await vigile.migrationState().catch(() => null)
    const isEmpty = state?.applied.length === 0
    cli.surroundings.errors.write(`${isEmpty ? backup.notNotedEmpty : backup.notNoted(reason(error))}\n`)
  } finally {
    await vigile.close()
  }
}
