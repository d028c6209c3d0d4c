// What the configuration, the database and the places beside it tell.
import { existsSync } from 'node:fs'
import type { Locale } from '@vigile/contract'
import {
  checkOptions,
  createVouching,
  parseDuration,
  UnknownSecretError,
  type Vigile,
  type VigileOptions,
  type Vouching,
} from '@vigile/engine'
import { findBackups, openManifest } from '../backup/backups.ts'
import { openPlace } from '../backup/open-place.ts'
import { backupJobs } from '../backup/schedule-backups.ts'
import { targetOf } from '../backup/target.ts'
import { reason } from '../commands/cli.ts'
import { noSchedule } from '../configuration/backup.ts'
import { joinFaults } from '../configuration/faults.ts'
import type { LoadedConfiguration } from '../configuration/load-configuration.ts'
import type { EngineFacts, Inside } from './facts.ts'

/** More than the default retention keeps of a month. */
const maxManifests = 40
const daySeconds = 86_400

/** `vigile`: null where the configuration has faults. It is asked, and not closed. */
export const lookInside = async (
  loaded: LoadedConfiguration,
  options: VigileOptions,
  warnings: readonly string[],
  vigile: Vigile | null,
  locale: Locale,
): Promise<Inside> => {
  const { config } = loaded
  const { to, schedule } = config.backup ?? {}
  return {
    production: config.production,
    // What a developer's machine may have is judged as what it will be.
    faults: joinFaults(loaded.faults, checkOptions({ ...options, production: true }), locale),
    warnings,
    trustedProxies: config.trustedProxies ?? [],
    hasRedis: config.redis !== undefined,
    connectionsOfNode: connectionsOf(config),
    accessSeconds: parseDuration(config.sessions?.accessLife ?? '15m') ?? 0,
    hasMailServer: config.mail?.url !== undefined,
    metricsHost: config.metricsHost ?? null,
    backup: { isPlaced: to !== undefined, isScheduled: to !== undefined && schedule !== noSchedule },
    engine: vigile && (await askEngine(vigile, loaded).catch((error: unknown) => (error as Error).message)),
  }
}

const askEngine = async (vigile: Vigile, { config }: LoadedConfiguration): Promise<EngineFacts> => {
  const target = targetOf(config.database)
  // Who opens an embedded database makes it.
  if (target.kind === 'sqlite' && !existsSync(target.file)) throw new Error(`ENOENT ${target.file}`)
  const server = await vigile.databaseServer()
  const { pending } = await vigile.migrationState()
  if (pending.length > 0) return { server, pendingMigrations: pending, state: null }
  await vigile.ready()
  const vouching = createVouching(config.secrets)
  const readings = await vigile.gauges()
  const keys = await vigile.keys.list().catch(unlessUnknown)
  const oldest = (name: 'mail_oldest_seconds' | 'webhooks_oldest_seconds') =>
    readings.find((one) => one.name === name)?.value ?? 0
  const { lostKeyIds, ...inspection } = await vigile.inspect()
  const life = parseDuration(config.sessions?.absoluteLife ?? '30d') ?? 30 * daySeconds
  const { underOld, away } = await droppedSecrets(config.backup?.to, vouching, Date.now() - life * 1000).then(
    (ids) => ({ underOld: ids, away: null }),
    // A store of backups that is away says nothing of the database.
    (error: unknown) => ({ underOld: [], away: reason(error) }),
  )
  return {
    server,
    pendingMigrations: pending,
    state: {
      parts: (await vigile.readiness()).parts,
      keyIds: await vouching.keyIds(),
      nodes: await vigile.keys.nodes(),
      droppedKeyIds: [...new Set([...lostKeyIds, ...underOld])],
      signingSince: keys.find(({ state }) => state === 'signing')?.signsFrom ?? null,
      rotateEverySeconds: parseDuration(config.keys?.rotateEvery ?? '90d') ?? 90 * daySeconds,
      backupsAway: away,
      lastBackupAt: (await vigile.jobs.last(backupJobs.take))?.at ?? null,
      lastDrillAt: (await vigile.jobs.last(backupJobs.drill))?.at ?? null,
      mailOldestSeconds: oldest('mail_oldest_seconds'),
      webhooksOldestSeconds: oldest('webhooks_oldest_seconds'),
      ...inspection,
    },
  }
}

/** Which secret is missing is found by its id. */
const unlessUnknown = (error: unknown): readonly [] => {
  if (error instanceof UnknownSecretError) return []
  throw error
}

/** As many as the engine takes where nothing is said. */
const defaultPool = 10

const connectionsOf = ({ database, redis, pool }: LoadedConfiguration['config']): number | null => {
  if (!/^postgres(ql)?:/.test(database ?? '') || pool?.prepare === false) return null
  // Without Redis, a connection of its own listens to what other nodes revoke.
  return (pool?.max ?? defaultPool) + (redis === undefined ? 1 : 0)
}

/** A manifest is under the secret that was in use when it was written: sessions of that day may be, too. */
const droppedSecrets = async (
  to: string | undefined,
  vouching: Vouching,
  since: number,
): Promise<readonly string[]> => {
  if (to === undefined) return []
  const place = await openPlace(to)
  const recent = (await findBackups(place)).filter(({ at }) => at >= since).slice(0, maxManifests)
  const dropped = new Set<string>()
  for (const { name } of recent) {
    const read = await openManifest(place, vouching, name)
    if (!read.ok && read.error === 'unknown_secret') dropped.add(read.keyId)
  }
  return [...dropped]
}
