// An example system as people start it: its own program, in a process, on a port and in a folder of its own.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, temporaryFolder } from '../services/place.ts'
import { startProgram } from '../services/process.ts'
import { startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { testSecret } from './site.ts'

export type Example = {
  /** `http://localhost:…` */
  readonly url: string
  /** Where its data is. */
  readonly folder: string
  /** `file:…` or `postgres://…` */
  readonly databaseUrl: string
  /** What it has printed, the last 8 MiB of it. */
  log(): string
  /** Moves the time of its engine, in milliseconds. That of a browser is another: `page.clock`. */
  moveClock(ms: number): void
  /** SIGTERM, and its end. */
  stop(): Promise<void>
}

export type ExampleOptions = {
  /** On a new PostgreSQL database and a Redis of its own, for limits count by address; default: the embedded store. */
  readonly services?: boolean
  /** More variables of its environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Default: a free one. */
  readonly port?: number
}

/** At once: whoever reads it in between must not find an empty file, which is no time at all. */
export const setClock = (file: string, ms: number): void => {
  writeFileSync(`${file}.next`, String(ms))
  renameSync(`${file}.next`, file)
}

const root = join(import.meta.dirname, '../..')

/**
 * Starts `examples/<name>/start.ts`, which prints `ready  http://…` when it takes requests.
 *
 * @example
 * const crm = await startExample('express-crm')
 */
export const startExample = async (name: string, options: ExampleOptions = {}): Promise<Example> => {
  const [folder, port] = [await temporaryFolder(name), options.port ?? (await freePort())]
  const clock = join(folder.path, 'clock')
  writeFileSync(clock, '0')
  const redis = options.services ? await startRedis() : undefined
  const databaseUrl = options.services ? await freshDatabase() : `file:${join(folder.path, 'vigile.db')}`
  const program = await startProgram({
    command: process.execPath,
    args: ['--import', join(root, 'tests/support/moving-clock.ts'), 'start.ts'],
    cwd: join(root, 'examples', name),
    ready: /ready +http/,
    env: {
      PATH: process.env.PATH,
      HOME: folder.path,
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      ...(redis && { REDIS_URL: redis.url }),
      VIGILE_SECRET: testSecret,
      TEST_CLOCK: clock,
      ...options.env,
    },
  })
  return {
    url: `http://localhost:${port}`,
    folder: folder.path,
    databaseUrl: options.env?.DATABASE_URL ?? databaseUrl,
    log: program.output,
    moveClock: (ms) => setClock(clock, Number(readFileSync(clock, 'utf8')) + ms),
    stop: async () => {
      await program.stop()
      await redis?.stop()
      await folder.remove()
    },
  }
}
