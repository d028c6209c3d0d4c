// Every setting of the environment: its name, the option that it sets, how its text is read.
import { unsafePlainHttp } from '@vigile/engine'
import type { Catalogue } from '../messages/catalogue.ts'
import { logLevels, type VigileConfig } from './config.ts'
import { type GivenProviders, variableOf } from './given-providers.ts'
import {
  dsn,
  duration,
  headers,
  host,
  list,
  oneOf,
  onOrOff,
  origin,
  type Parsed,
  type Parser,
  text,
  webAddress,
  wholeNumber,
} from './parsers.ts'

/** `given`: what is said of providers; they are made when the file has been read too. */
export type EnvironmentConfig = VigileConfig & { readonly given?: GivenProviders }

export type Setting = {
  /** The variable. */
  readonly name: string
  /** The option as the engine names it in its faults. */
  readonly option: string
  /** Also read from the file that `NAME_FILE` names, from Vault or AWS; never shown. */
  readonly isSecret: boolean
  readonly read: (input: string, messages: Catalogue) => Parsed<EnvironmentConfig>
}

const define =
  (isSecret: boolean) =>
  <Value>(name: string, option: string, parse: Parser<Value>, put: (value: Value) => EnvironmentConfig): Setting => ({
    name,
    option,
    isSecret,
    read: (input, messages) => {
      const parsed = parse(input, messages)
      return parsed.ok ? { ok: true, value: put(parsed.value) } : parsed
    },
  })

const setting = define(false)
const secret = define(true)
export const secretSetting = 'VIGILE_SECRET'

/** Of a provider. */
const credentials = (id: string): readonly Setting[] => [
  setting(variableOf(id, 'clientId'), `providers.${id}.clientId`, text, (clientId) => ({
    given: { [id]: { clientId } },
  })),
  secret(variableOf(id, 'clientSecret'), `providers.${id}.clientSecret`, text, (clientSecret) => ({
    given: { [id]: { clientSecret } },
  })),
]

/** Of a provider that the file adds: an OpenID provider is the same one elsewhere, too. */
export const ofAdded = (id: string): readonly Setting[] => [
  ...credentials(id),
  setting(variableOf(id, 'issuer'), `providers.${id}.issuer`, text, (issuer) => ({ given: { [id]: { issuer } } })),
  setting(variableOf(id, 'name'), `providers.${id}.name`, text, (name) => ({ given: { [id]: { name } } })),
]

export const settings: readonly Setting[] = [
  setting('VIGILE_PUBLIC_URL', 'publicUrl', text, (publicUrl) => ({ publicUrl })),
  secret(secretSetting, 'secrets', list, (secrets) => ({ secrets })),
  secret('DATABASE_URL', 'database', text, (database) => ({ database })),
  secret('REDIS_URL', 'redis', text, (redis) => ({ redis })),
  secret('RATE_LIMIT_REDIS_URL', 'limitsRedis', text, (limitsRedis) => ({ limitsRedis })),
  secret('VIGILE_LISTEN_URL', 'pool.listenUrl', text, (listenUrl) => ({ pool: { listenUrl } })),
  setting('VIGILE_POOL_MAX', 'pool.max', wholeNumber(1, 1000), (max) => ({ pool: { max } })),
  setting('VIGILE_POOL_WAIT_SECONDS', 'pool.waitSeconds', wholeNumber(1, 300), (waitSeconds) => ({
    pool: { waitSeconds },
  })),
  setting('VIGILE_POOL_PREPARE', 'pool.prepare', onOrOff, (prepare) => ({ pool: { prepare } })),
  setting('VIGILE_TRUSTED_PROXIES', 'trustedProxies', list, (trustedProxies) => ({ trustedProxies })),
  setting('VIGILE_LIMITS_ALLOW', 'limits.allow', list, (allow) => ({ limits: { allow } })),
  setting('VIGILE_ALLOWED_ORIGINS', 'allowedOrigins', list, (allowedOrigins) => ({ allowedOrigins })),
  setting('VIGILE_UNSAFE_HTTP', 'transport', onOrOff, (on) => (on ? { transport: unsafePlainHttp } : {})),
  setting('VIGILE_APP', 'app', text, (app) => ({ app })),
  setting('VIGILE_NAME', 'name', text, (name) => ({ name })),
  setting('VIGILE_COOKIE_DOMAIN', 'cookies.domain', text, (domain) => ({ cookies: { domain } })),
  setting('VIGILE_SIGN_UP', 'accounts.signUp', onOrOff, (signUp) => ({ accounts: { signUp } })),
  setting('VIGILE_EMAIL_VERIFICATION', 'accounts.verifyEmail', onOrOff, (verifyEmail) => ({
    accounts: { verifyEmail },
  })),
  setting('VIGILE_MAGIC_LINK', 'accounts.magicLink', onOrOff, (magicLink) => ({ accounts: { magicLink } })),
  setting('VIGILE_SECOND_FACTOR', 'accounts.secondFactor', oneOf(['optional', 'required']), (secondFactor) => ({
    accounts: { secondFactor },
  })),
  setting('VIGILE_DELETION_DELAY', 'accounts.deletionDelay', duration, (deletionDelay) => ({
    accounts: { deletionDelay },
  })),
  secret('VIGILE_AUDIT_ANCHORS', 'audit.anchors', list, (anchors) => ({ audit: { anchors } })),
  setting('VIGILE_AUDIT_RETENTION', 'audit.retention', duration, (retention) => ({ audit: { retention } })),
  setting('VIGILE_ALERT_MAIL', 'alerts.mailTo', list, (mailTo) => ({ alerts: { mailTo } })),
  secret('VIGILE_ALERT_WEBHOOK', 'alerts.webhook.url', text, (url) => ({ alerts: { webhook: { url } } })),
  secret('WEBHOOK_SECRET', 'alerts.webhook.secrets', list, (secrets) => ({ alerts: { webhook: { secrets } } })),
  secret('SMTP_URL', 'mail.url', text, (url) => ({ mail: { url } })),
  setting('VIGILE_MAIL_FROM', 'mail.from', text, (from) => ({ mail: { from } })),
  setting('VIGILE_PASSWORD_MINIMUM', 'passwords.minimumLength', wholeNumber(8, 1024), (minimumLength) => ({
    passwords: { minimumLength },
  })),
  setting('VIGILE_ACCESS_LIFE', 'sessions.accessLife', duration, (accessLife) => ({ sessions: { accessLife } })),
  setting('VIGILE_IDLE_LIFE', 'sessions.idleLife', duration, (idleLife) => ({ sessions: { idleLife } })),
  setting('VIGILE_ABSOLUTE_LIFE', 'sessions.absoluteLife', duration, (absoluteLife) => ({
    sessions: { absoluteLife },
  })),
  setting('VIGILE_SESSION_BINDING', 'sessions.binding', oneOf(['off', 'optional', 'required']), (binding) => ({
    sessions: { binding },
  })),
  ...credentials('discord'),
  ...credentials('google'),
  ...credentials('github'),
  setting('OIDC_ISSUER', 'providers.oidc.issuer', text, (issuer) => ({ given: { oidc: { issuer } } })),
  ...credentials('oidc'),
  setting('OIDC_NAME', 'providers.oidc.name', text, (name) => ({ given: { oidc: { name } } })),
  setting('VIGILE_BACKUP_TO', 'backup.to', text, (to) => ({ backup: { to } })),
  secret('VIGILE_BACKUP_KEY', 'backup.key', text, (key) => ({ backup: { key } })),
  setting('VIGILE_BACKUP_SCHEDULE', 'backup.schedule', text, (schedule) => ({ backup: { schedule } })),
  setting('VIGILE_BACKUP_DRILL_SCHEDULE', 'backup.drillSchedule', text, (drillSchedule) => ({
    backup: { drillSchedule },
  })),
  setting('VIGILE_BACKUP_KEEP', 'backup.keep', text, (keep) => ({ backup: { keep } })),
  setting('PORT', 'port', wholeNumber(0, 65_535), (port) => ({ port })),
  setting('HOST', 'host', host, (host) => ({ host })),
  setting('METRICS_PORT', 'metricsPort', wholeNumber(0, 65_535), (metricsPort) => ({ metricsPort })),
  setting('METRICS_HOST', 'metricsHost', host, (metricsHost) => ({ metricsHost })),
  setting('OTEL_EXPORTER_OTLP_ENDPOINT', 'otlpEndpoint', webAddress, (otlpEndpoint) => ({ otlpEndpoint })),
  secret('OTEL_EXPORTER_OTLP_HEADERS', 'otlpHeaders', headers, (otlpHeaders) => ({ otlpHeaders })),
  secret('SENTRY_DSN', 'sentryDsn', dsn, (sentryDsn) => ({ sentryDsn })),
  setting('VIGILE_ASSETS_URL', 'assetsUrl', origin, (assetsUrl) => ({ assetsUrl })),
  setting('LOG_LEVEL', 'logLevel', oneOf(logLevels), (logLevel) => ({ logLevel })),
  setting('VIGILE_SECRETS_SECONDS', 'secretsSeconds', wholeNumber(1, 3600), (secretsSeconds) => ({ secretsSeconds })),
  setting('VIGILE_DRAIN_SECONDS', 'drainSeconds', wholeNumber(0, 300), (drainSeconds) => ({ drainSeconds })),
  setting('VIGILE_STOP_SECONDS', 'stopSeconds', wholeNumber(1, 300), (stopSeconds) => ({ stopSeconds })),
]
