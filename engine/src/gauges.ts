// What this node can say of the site when it is asked: read, not counted (OPS-5).
import { type AlertRule, alertRules } from '@vigile/contract'
import type { AlertStore } from './alerts/store.ts'
import type { AuditChainStore } from './audit/chain-store.ts'
import type { JobStore } from './jobs/store.ts'
import type { SigningKeys } from './keys/signing-keys.ts'
import { heldUpSince } from './mail/held-up.ts'
import type { Postman } from './mail/postman.ts'
import type { OutboxStore } from './mail/store.ts'
import type { LabelsOf } from './meter/catalogue.ts'
import { type Reading, reading } from './meter/meter.ts'
import type { Clock } from './primitives/clock.ts'
import { createDeadline } from './primitives/deadline.ts'
import type { Log } from './primitives/log.ts'
import type { ProviderState } from './provider-calls/provider-clients.ts'
import type { Readiness } from './readiness.ts'
import type { SessionStore } from './sessions/store.ts'
import type { Database } from './stores/database.ts'
import type { WebhookStore } from './webhooks/store.ts'

/** What the database is asked for is kept for so long, however many ask. */
const keepMs = 60_000
/** Where it could not say everything, it is asked again so soon. */
const retryMs = 5_000
/** Prometheus waits for 10 s by default. */
const patienceMs = 3_000
const maxSessions = 1_000_000
const maxUnsealed = 100_000

export type GaugesDeps = {
  readonly readiness: () => Promise<Readiness>
  readonly providers: () => readonly ProviderState[]
  readonly database: Pick<Database, 'connections'>
  readonly sessions: Pick<SessionStore, 'countLive'>
  readonly alerts: Pick<AlertStore, 'countOpen'>
  readonly outbox: Pick<OutboxStore, 'waiting' | 'oldestUntried'>
  /** Null: no letters leave this site. */
  readonly postman: Pick<Postman, 'isDegraded'> | null
  readonly webhooks: Pick<WebhookStore, 'waiting'>
  readonly auditChain: Pick<AuditChainStore, 'countToSeal'>
  readonly jobs: Pick<JobStore, 'lastFinished' | 'lastDone'>
  readonly signingKeys: Pick<SigningKeys, 'current'>
  readonly clock: Clock
  readonly log: Log
}

/** Never rejects: what can't be read now is left out, and `part_ok` says why. */
export const createGauges = (deps: GaugesDeps): (() => Promise<readonly Reading[]>) => {
  const { clock, log } = deps
  let readings: Promise<readonly Reading[]> = Promise.resolve([])
  let askAgainAt = Number.NEGATIVE_INFINITY

  const secondsSince = (at: number | null) => (at === null ? 0 : Math.max(0, clock.now() - at) / 1000)
  const figures: readonly (() => Promise<readonly Reading[]>)[] = [
    async () => [reading('active_sessions', {}, await deps.sessions.countLive(clock.now(), maxSessions))],
    async () => {
      const { count } = await deps.outbox.waiting()
      const oldest = await heldUpSince(deps.outbox, deps.postman?.isDegraded() ?? false)
      return [reading('mail_waiting', {}, count), reading('mail_oldest_seconds', {}, secondsSince(oldest))]
    },
    async () => {
      const { count, oldest } = await deps.webhooks.waiting()
      return [reading('webhooks_waiting', {}, count), reading('webhooks_oldest_seconds', {}, secondsSince(oldest))]
    },
    async () => {
      const open = new Map((await deps.alerts.countOpen()).map(({ rule, count }) => [rule, count]))
      // All of them: a rule that was never broken is at 0, and not missing.
      return (Object.keys(alertRules) as AlertRule[]).map((rule) =>
        reading('alerts_open', { rule }, open.get(rule) ?? 0),
      )
    },
    async () => [reading('audit_unsealed', {}, await deps.auditChain.countToSeal(maxUnsealed))],
    async () => [reading('signing_key_age_seconds', {}, secondsSince((await deps.signingKeys.current()).signsFrom))],
    async () => {
      const backup = await deps.jobs.lastDone('backup', clock.now())
      return backup ? [reading('backup_size_bytes', {}, (JSON.parse(backup.result) as { bytes: number }).bytes)] : []
    },
    async () =>
      (await deps.jobs.lastFinished(clock.now())).map(({ job, at }) =>
        reading('job_last_success_timestamp_seconds', { task: job }, at / 1000),
      ),
  ]

  /** One after another: a scrape holds one connection. What one can't say keeps no other from being said. */
  const ask = async (): Promise<readonly Reading[]> => {
    const readings: Reading[] = []
    const troubles: unknown[] = []
    for (const figure of figures) {
      await figure().then(
        (read) => readings.push(...read),
        (error: unknown) => troubles.push(error),
      )
    }
    if (troubles.length > 0) {
      log.warn({ err: troubles[0], failed: troubles.length }, 'figures of the database could not be read')
      askAgainAt = performance.now() + retryMs
    }
    return readings
  }

  const asked = (): Promise<readonly Reading[]> => {
    if (performance.now() >= askAgainAt) {
      askAgainAt = performance.now() + keepMs
      readings = ask()
    }
    // Who asks has figures of this node at the least, in time; what comes later is for the next one.
    return createDeadline(patienceMs)
      .bound(() => readings)
      .catch(() => [])
  }

  return async () => {
    const { status, parts } = await deps.readiness()
    const isUp = status !== 'down'
    const connections = deps.database.connections?.()
    return [
      reading('ready', {}, Number(isUp)),
      ...Object.entries(parts).map(([part, state]) =>
        reading('part_ok', { part: part as LabelsOf<'part_ok'>['part'] }, Number(state === 'ok')),
      ),
      ...deps
        .providers()
        .map(({ id, state }) => reading('provider_breaker_open', { provider: id }, Number(state === 'open'))),
      ...(connections
        ? [
            reading('store_pool_connections', { state: 'busy' }, connections.busy),
            reading('store_pool_connections', { state: 'idle' }, connections.idle),
            reading('store_pool_waiting', {}, connections.waiting),
          ]
        : []),
      // A database that is down is not asked: each wait for it would be as long as a scrape may take.
      ...(isUp ? await asked() : []),
    ]
  }
}
