// Options with their defaults, checked as a whole: every fault is named at once, and nothing starts with one (OPS-1).
import { type Locale, locales } from '@vigile/contract'
import type { BindingMode } from '../binding/binding.ts'
import { ConfigurationError, type ConfigurationFault } from '../configuration-error.ts'
import { type Networks, parseNetworks } from '../http/client-address.ts'
import type { CookiePolicy } from '../http/cookies.ts'
import type { Origins } from '../http/origin.ts'
import { cronFault } from '../jobs/schedule.ts'
import { checkSecrets } from '../keys/secret-strength.ts'
import { checkRules, defaultRules, type Rules } from '../limits/rules.ts'
import { collectFaults, type Faults } from '../messages/fault.ts'
import type { Provider } from '../oauth/provider.ts'
import type { VigileOptions } from '../options.ts'
import type { RelyingParty } from '../passkeys/relying-party.ts'
import type { ProviderCallPolicy } from '../provider-calls/provider-client.ts'
import type { KnownPermissions } from '../roles/permissions.ts'
import type { DeclaredRoles } from '../roles/store.ts'
import type { FactorPolicy } from '../second-factor/policy.ts'
import type { SessionPolicy } from '../sessions/policy.ts'
import type { Webhook } from '../webhooks/courier.ts'
import { type AlertSettings, alertsOf } from './alerts.ts'
import { type AuditSettings, auditOf } from './audit.ts'
import { bindingOf } from './binding.ts'
import { cookieSettings } from './cookies.ts'
import { type MailSetting, mailOf } from './mail.ts'
import { relyingPartyOf } from './passkeys.ts'
import { type PasswordSettings, passwordsOf } from './passwords.ts'
import { providerCallsOf } from './provider-calls.ts'
import { providersOf } from './providers.ts'
import { factorPolicyOf, permissionsOf, rolesOf } from './roles.ts'
import { secretsOf } from './secrets.ts'
import { secondsOf, sessionsOf } from './sessions.ts'
import { shapeOf } from './shape.ts'
import { isSecureContext, originsOf, pathOf, publicUrlOf } from './site.ts'
import { type DatabaseSetting, databaseOf, poolOf, redisOf } from './stores.ts'
import { webhookOf } from './webhook.ts'

export type Settings = {
  readonly production: boolean
  readonly publicUrl: string
  readonly secure: boolean
  readonly app: string
  readonly name: string
  readonly authPath: string
  readonly signInPath: string
  readonly locales: readonly Locale[]
  readonly database: DatabaseSetting
  readonly pool: NonNullable<VigileOptions['pool']>
  readonly redis: string | null
  readonly limitsRedis: string | null
  readonly origins: Origins
  readonly trustedProxies: Networks
  readonly unlimited: Networks
  readonly cookies: CookiePolicy
  readonly delivery: 'cookie' | 'body'
  readonly permissions: KnownPermissions
  readonly declaredRoles: DeclaredRoles
  readonly sessions: SessionPolicy
  readonly binding: BindingMode
  readonly signUp: boolean
  readonly verifyEmail: boolean
  readonly magicLink: boolean
  readonly secondFactor: FactorPolicy
  readonly deletionDelaySeconds: number
  readonly mail: MailSetting
  readonly rules: Rules
  readonly alerting: AlertSettings
  readonly auditLog: AuditSettings
  /** Null: alerts go to no webhook. */
  readonly webhook: Webhook | null
  readonly keys: {
    readonly algorithm: 'EdDSA' | 'ES256'
    readonly rotateEverySeconds: number
    readonly audience: string
  }
  readonly providers: readonly Provider[]
  readonly providerCalls: ProviderCallPolicy
  readonly passwords: PasswordSettings
  /** Null: browsers make no passkeys for this site. */
  readonly relyingParty: RelyingParty | null
  readonly readSecrets: () => Promise<readonly string[]>
  readonly cleanUpAt: string
}

/** What the options come to. Throws a `ConfigurationError` that names every fault. */
export const resolveSettings = (given: VigileOptions): Settings => {
  const faults = collectFaults()
  const options = shapeOf(given, faults)
  const production = options.production ?? process.env.NODE_ENV === 'production'
  const url = publicUrlOf(options, production, faults)
  const { name = 'Vigile' } = options
  const app = appOf(options.app, faults)
  const redis = redisOf('REDIS_URL', options.redis, faults)
  const authPath = pathOf('authPath', options.authPath ?? '/api/auth', faults)
  const trusted = parseNetworks('VIGILE_TRUSTED_PROXIES', options.trustedProxies ?? [])
  const unlimited = parseNetworks('VIGILE_LIMITS_ALLOW', options.limits?.allow ?? [])
  faults.addAll([...trusted.faults, ...unlimited.faults, ...checkRules(options.limits?.rules ?? {})])
  const origins = originsOf(options.allowedOrigins ?? [], url, faults)
  const cookies = cookieSettings(options, { url, production, app, authPath }, faults)
  const mail = mailOf(options.mail, { production, host: url.hostname }, faults)
  const permissions = permissionsOf(options.permissions ?? {}, faults)
  const settings: Settings = {
    production,
    publicUrl: url.origin,
    secure: url.protocol === 'https:',
    app,
    name,
    locales: options.locales ?? locales,
    authPath,
    signInPath: pathOf('signInPath', options.signInPath ?? '/sign-in', faults),
    database: databaseOf(options.database, faults),
    pool: poolOf(options.pool, faults),
    redis,
    limitsRedis: redisOf('RATE_LIMIT_REDIS_URL', options.limitsRedis, faults) ?? redis,
    origins,
    trustedProxies: trusted.networks,
    unlimited: unlimited.networks,
    cookies,
    delivery: options.delivery ?? 'cookie',
    permissions,
    declaredRoles: rolesOf(options.roles ?? {}, permissions, faults),
    sessions: sessionsOf(options.sessions ?? {}, faults),
    binding: bindingOf(options.sessions?.binding, isSecureContext(url), faults),
    signUp: options.accounts?.signUp ?? true,
    verifyEmail: options.accounts?.verifyEmail ?? production,
    magicLink: options.accounts?.magicLink ?? mail.kind !== 'none',
    secondFactor: factorPolicyOf(options.accounts?.secondFactor, permissions, faults),
    deletionDelaySeconds: deletionDelayOf(options.accounts?.deletionDelay, faults),
    mail,
    rules: { ...defaultRules, ...(options.limits?.rules as Partial<Rules> | undefined) },
    alerting: alertsOf(options.alerts, mail, faults),
    auditLog: auditOf(options.audit, faults),
    webhook: webhookOf(options, production, faults),
    keys: {
      algorithm: options.keys?.algorithm ?? 'EdDSA',
      rotateEverySeconds: secondsOf('keys.rotateEvery', options.keys?.rotateEvery ?? '90d', 86_400, faults),
      audience: options.keys?.audience ?? url.origin,
    },
    providers: providersOf(options.providers, faults),
    providerCalls: providerCallsOf(options.providerCalls, faults),
    passwords: passwordsOf(options.passwords, { name, app, url }, faults),
    relyingParty: relyingPartyOf({
      host: url.hostname,
      cookieDomain: cookies.domain,
      name,
      origins: origins.allowed,
      isSecureContext: isSecureContext(url),
    }),
    readSecrets: secretsOf(options.secrets, (list) => checkSecrets(list, production), faults),
    cleanUpAt: patternOf('cleanUpAt', options.cleanUpAt ?? '0 2 * * *', faults),
  }
  if (faults.list.length > 0) throw new ConfigurationError(faults.list)
  return settings
}

/**
 * Every fault of the options, none where they are good: what is wrong with which setting, and what would be right. Opens
 * nothing and creates nothing, so it can run anywhere.
 *
 * @example
 * for (const { setting, wrong, right } of checkOptions(options)) console.error(`${setting}: ${wrong}. ${right}.`)
 */
export const checkOptions = (options: VigileOptions): readonly ConfigurationFault[] => {
  try {
    resolveSettings(options)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
}

const deletionDelayOf = (text: string | undefined = '7d', faults: Faults): number => {
  const seconds = secondsOf('accounts.deletionDelay', text, 86_400, faults)
  // Who asked to be forgotten is not kept for a season.
  if (seconds > 90 * 86_400) faults.add('accounts.deletionDelay', 'too_long', { given: text, most: '90d' })
  return seconds
}

const appOf = (app = 'vigile', faults: Faults): string => {
  if (/^[a-z][a-z0-9_]{0,31}$/.test(app)) return app
  faults.add('app', 'no_app_name', { given: app })
  return 'vigile'
}

const patternOf = (setting: string, pattern: string, faults: Faults): string => {
  if (cronFault(pattern) !== null) faults.add(setting, 'no_cron_pattern', { given: pattern })
  return pattern
}
