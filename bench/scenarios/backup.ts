// Backup and restore of a big database by the program itself: how long, and how much memory the program takes for it.
import { spawn } from 'node:child_process'
import { createDatabase } from '../../tests/services/postgres.ts'
import type { Bench } from '../bench.ts'
import { memoryOf } from '../measure/process-cost.ts'
import { insertSessions, query } from '../people.ts'
import { figure, type Row } from '../row.ts'
import { vigileCommand } from '../servers/vigile.ts'

const sampleMs = 20

export const backup = async (bench: Bench): Promise<readonly Row[]> => {
  const { sessions } = bench.options
  const stores = await bench.shared()
  bench.say(`backup: ${sessions} sessions are put into a database`)
  await insertSessions(stores.database, 'b', sessions)
  const { rows } = await query(stores.database, 'select pg_database_size(current_database())::float8 as bytes')
  const mebibytes = (rows[0] as { bytes: number }).bytes / 2 ** 20
  const { identity } = JSON.parse((await run(bench, 'backup key --json', stores.database, {})).output) as {
    identity: string
  }
  const kept = { VIGILE_BACKUP_TO: bench.place(), VIGILE_BACKUP_KEY: identity }
  const measure = async (what: string, line: string): Promise<Row> => {
    const { seconds, peakMiB } = await run(bench, line, stores.database, kept)
    bench.say(`${what}: ${seconds.toFixed(1)} s, ${Math.round(peakMiB)} MiB`)
    const reached = `${figure(seconds, 1)} s, ${figure(sessions / seconds)} sessions a second`
    return { what: `${what}, ${figure(sessions)} sessions (${figure(mebibytes)} MiB)`, memoryMiB: peakMiB, reached }
  }
  const version = await run(bench, '--version', stores.database, {})
  return [
    await measure('backup of PostgreSQL, encrypted', 'backup'),
    await measure('restore of it', `restore --into ${await createDatabase(bench.postgres.url)}`),
    { what: 'the same program, asked for its version', memoryMiB: version.peakMiB },
  ]
}

/** A command of the program, to its end: the most memory that it had, by looking often. */
const run = async (bench: Bench, line: string, database: string, more: Readonly<Record<string, string>>) => {
  const { command, args, env } = vigileCommand(line, { database })
  const startedAt = performance.now()
  const child = spawn(command, args, {
    env: { ...env, ...more },
    cwd: bench.place(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [peakMiB, output, complaints] = [0, '', '']
  child.stdout.on('data', (part: Buffer) => {
    output += part
  })
  child.stderr.on('data', (part: Buffer) => {
    complaints += part
  })
  const look = setInterval(() => {
    peakMiB = Math.max(peakMiB, peakOf(child.pid))
  }, sampleMs)
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  clearInterval(look)
  if (exitCode !== 0) throw new Error(`vigile ${line} ended with ${exitCode}: ${complaints}`)
  return { output, seconds: (performance.now() - startedAt) / 1000, peakMiB }
}

/** 0 where it has ended meanwhile. */
const peakOf = (pid: number | undefined): number => {
  try {
    return (pid && memoryOf(pid).peak) || 0
  } catch {
    return 0
  }
}
