// Every instrument, and every value that its labels can have: what is measured is bounded, whatever people send.
import { type AlertRule, alertRules, endpoints, type SessionEndReason, sessionEndReasons } from '@vigile/contract'
import { defaultRules, type RuleName } from '../limits/rules.ts'
import { auditActions, otherAction } from './audit-actions.ts'

type LabelSets = Readonly<Record<string, readonly string[]>>

export type Instrument = {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: LabelSets
}

const define =
  <const Kind extends Instrument['kind']>(kind: Kind) =>
  <const Labels extends LabelSets = Record<never, never>>(help: string, labels: Labels = {} as Labels) => ({
    kind,
    help,
    labels,
  })
const counter = define('counter')
const gauge = define('gauge')
/** Of seconds. */
const histogram = define('histogram')
/** From a look-up in memory to the longest that a request may take. Seconds. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** Names that somebody wrote down: providers, settings, jobs (tasks: to Prometheus a job is what it scrapes). As few as those are. */
const configured: readonly string[] = []

const patterns = Object.values(endpoints).map(({ path }) => patternOf(path))
/** `page` and `file` are of the server; `other`: what nobody serves, and what any path can be asked besides. */
const routes: readonly string[] = [...new Set([...patterns, 'page', 'file', 'other'])]
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'other'] as const
export const statuses = [
  ...['200', '201', '202', '204', '302', '303', '304', '307', '308'],
  ...['400', '401', '403', '404', '405', '408', '409', '410', '413', '415', '429', '500', '503'],
  'other',
] as const
const rules = Object.keys(defaultRules) as readonly RuleName[]
export const cleanedTables = [
  'accounts',
  'entries',
  'sessions',
  'devices',
  'letters',
  'links',
  'pendingSignIns',
  'alerts',
  'periods',
] as const
const reasons: readonly SessionEndReason[] = sessionEndReasons

/** A route as labels name it: its pattern below the auth path, or from the root with a slash. Never what was asked for. */
export function patternOf(path: string): string {
  return path.replace(/^\.\//, '')
}

/** Names are `vigile_` and this; docs/monitoring.md shows them all. */
export const instruments = {
  http_requests_total: counter('Requests answered', { route: routes, method: methods, status: statuses }),
  http_request_duration_seconds: histogram('Time until the answer, the arrival of the body included', {
    route: routes,
  }),
  sign_ins_total: counter('Sign-ins, whatever the proof; a second factor that is asked for is neither', {
    outcome: ['succeeded', 'failed'],
  }),
  sign_ups_total: counter('Accounts that people made for themselves'),
  refreshes_total: counter('Refreshes: a new token, the same one, or why there is none', {
    outcome: ['rotated', 'kept', 'stale', 'ended', 'reuse', 'invalid', 'refused', 'failed'],
  }),
  sessions_ended_total: counter('Sessions that were ended before their time', { reason: reasons }),
  limits_hit_total: counter('Requests and attempts that a limit refused', { rule: rules }),
  alerts_total: counter('Alerts of the watch over the audit log', {
    rule: Object.keys(alertRules) as readonly AlertRule[],
  }),
  audit_entries_total: counter('Entries of the audit log, once committed', { action: [...auditActions, otherAction] }),
  password_hash_duration_seconds: histogram('Time to make or check a hash, its wait included'),
  store_statement_duration_seconds: histogram('Time of one statement', { store: ['postgres', 'sqlite', 'redis'] }),
  store_pool_connections: gauge('Connections of this node to PostgreSQL', { state: ['busy', 'idle'] }),
  store_pool_waiting: gauge('Statements that wait for a connection'),
  provider_calls_total: counter('Calls of providers, repeats included in one', {
    provider: configured,
    outcome: ['answered', 'unavailable', 'refused'],
  }),
  provider_call_duration_seconds: histogram('Time of one call of a provider, repeats included', {
    provider: configured,
  }),
  provider_breaker_open: gauge('1 while a provider is left alone', { provider: configured }),
  ready: gauge('1 while this node takes requests'),
  part_ok: gauge('1 while a part does its work; 0: down or degraded', {
    part: ['database', 'migrations', 'sameDatabase', 'writes', 'channel', 'redis', 'mail', 'clock', 'shutdown'],
  }),
  active_sessions: gauge('Sessions that live, a million at most'),
  mail_waiting: gauge('Letters that wait to be sent'),
  mail_oldest_seconds: gauge('Age of the oldest letter that waits, where letters as a whole do not go out; else 0'),
  letters_total: counter('Letters that the mail server took, or refused for good', { outcome: ['sent', 'refused'] }),
  webhooks_waiting: gauge('Webhook messages that wait to be delivered'),
  webhooks_oldest_seconds: gauge('Age of the oldest webhook message that waits'),
  alerts_open: gauge('Alerts that nobody has acknowledged', { rule: Object.keys(alertRules) as readonly AlertRule[] }),
  audit_unsealed: gauge('Entries of the audit log that have no place in the chain yet'),
  signing_key_age_seconds: gauge('Time for which the present key has signed'),
  secret_age_seconds: gauge('Time since a secret was read from its file, from Vault or AWS', { setting: configured }),
  secret_ok: gauge('1 while the newest secret of a setting is in use; 0: its source is away, or has what is refused', {
    setting: configured,
  }),
  job_last_success_timestamp_seconds: gauge('When a job last ended well, on any node', { task: configured }),
  backup_size_bytes: gauge('Size of the last backup, compressed and encrypted'),
  job_failures_total: counter('Runs of a job that failed', { task: configured }),
  cleaned_rows_total: counter('Rows that the clean-up removed', { table: cleanedTables }),
  telemetry_failures_total: counter('Sendings that Sentry or the collector of OpenTelemetry did not take', {
    to: ['otlp', 'sentry'],
  }),
  build_info: gauge('1; what runs', { version: configured }),
} satisfies Record<string, Instrument>

export type Instruments = typeof instruments
export type NameOf<Kind extends Instrument['kind']> = {
  [Name in keyof Instruments]: Instruments[Name]['kind'] extends Kind ? Name : never
}[keyof Instruments]
export type LabelsOf<Name extends keyof Instruments> = {
  readonly [Label in keyof Instruments[Name]['labels']]: (Instruments[Name]['labels'][Label] &
    readonly string[])[number]
}
