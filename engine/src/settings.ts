// Options with their defaults, checked as a whole: every fault is named at once, and nothing starts with one (OPS-1).
import { parse as parseDomain } from 'tldts'
import { ConfigurationError, type ConfigurationFault } from './configuration-error.ts'
import { type Networks, parseNetworks } from './http/client-address.ts'
import type { CookiePolicy } from './http/cookies.ts'
import type { Origins } from './http/origin.ts'
import { checkRules, defaultRules, type Rules } from './limits/rules.ts'
import { unsafePlainHttp, type VigileOptions } from './options.ts'
import { parseDuration } from './primitives/duration.ts'
import { checkProtocol, defaultProtocol, type SessionPolicy } from './sessions/policy.ts'
import { cookieSettings } from './settings-cookies.ts'

export type DatabaseSetting =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string }

export type Settings = {
  readonly production: boolean
  readonly publicUrl: string
  readonly secure: boolean
  readonly app: string
  readonly name: string
  readonly authPath: string
  readonly signInPath: string
  readonly database: DatabaseSetting
  readonly redis: string | null
  readonly limitsRedis: string | null
  readonly origins: Origins
  readonly trustedProxies: Networks
  readonly unlimited: Networks
  readonly cookies: CookiePolicy
  readonly delivery: 'cookie' | 'body'
  readonly sessions: SessionPolicy
  readonly signUp: boolean
  readonly verifyEmail: boolean
  readonly rules: Rules
  readonly keys: {
    readonly algorithm: 'EdDSA' | 'ES256'
    readonly rotateEverySeconds: number
    readonly audience: string
  }
  readonly siteWords: readonly string[]
  readonly cleanUpAt: string
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|.+\.localhost)$/

/** Collects faults; every check goes on with a harmless value, so that all of them are named. */
export type Faults = {
  add(setting: string, wrong: string, right: string): void
  addAll(faults: readonly ConfigurationFault[]): void
}

/** What the options come to. Throws a `ConfigurationError` that names every fault. Secrets are checked when they are read. */
export const resolveSettings = (options: VigileOptions): Settings => {
  const list: ConfigurationFault[] = []
  const faults: Faults = {
    add: (setting, wrong, right) => list.push({ setting, wrong, right }),
    addAll: (more) => list.push(...more),
  }
  const production = options.production ?? process.env.NODE_ENV === 'production'
  const url = publicUrlOf(options, production, faults)
  const app = options.app ?? 'vigile'
  if (!/^[a-z][a-z0-9_]{0,31}$/.test(app))
    faults.add('app', `"${app}" can't begin cookie names`, 'use lower-case letters, digits and _')
  const authPath = pathOf('authPath', options.authPath ?? '/api/auth', faults)
  const trusted = parseNetworks('VIGILE_TRUSTED_PROXIES', options.trustedProxies ?? [])
  const unlimited = parseNetworks('VIGILE_LIMITS_ALLOW', options.limits?.allow ?? [])
  faults.addAll([...trusted.faults, ...unlimited.faults, ...checkRules(options.limits?.rules ?? {})])
  const settings: Settings = {
    production,
    publicUrl: url.origin,
    secure: url.protocol === 'https:',
    app,
    name: options.name ?? 'Vigile',
    authPath,
    signInPath: pathOf('signInPath', options.signInPath ?? '/sign-in', faults),
    database: databaseOf(options.database, faults),
    redis: redisOf('REDIS_URL', options.redis, faults),
    limitsRedis: redisOf('RATE_LIMIT_REDIS_URL', options.limitsRedis ?? options.redis, faults),
    origins: originsOf(options.allowedOrigins ?? [], url, faults),
    trustedProxies: trusted.networks,
    unlimited: unlimited.networks,
    cookies: cookieSettings(options, { url, production, app, authPath }, faults),
    delivery: options.delivery ?? 'cookie',
    sessions: sessionsOf(options.sessions ?? {}, faults),
    signUp: options.accounts?.signUp ?? true,
    verifyEmail: options.accounts?.verifyEmail ?? production,
    rules: { ...defaultRules, ...(options.limits?.rules as Partial<Rules> | undefined) },
    keys: {
      algorithm: options.keys?.algorithm ?? 'EdDSA',
      rotateEverySeconds: secondsOf('keys.rotateEvery', options.keys?.rotateEvery ?? '90d', 86_400, faults),
      audience: options.keys?.audience ?? url.origin,
    },
    siteWords: [
      options.name ?? 'Vigile',
      app,
      ...url.hostname.split('.').filter((label) => label.length >= 4),
      ...(options.passwords?.siteWords ?? []),
    ],
    cleanUpAt: options.cleanUpAt ?? '0 2 * * *',
  }
  if (list.length > 0) throw new ConfigurationError(list)
  return settings
}

const publicUrlOf = (options: VigileOptions, production: boolean, faults: Faults): URL => {
  const setting = 'VIGILE_PUBLIC_URL'
  const example = 'write https://shop.example.com'
  const url = URL.parse(options.publicUrl)
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    faults.add(setting, `"${options.publicUrl}" is not a web address`, example)
    return new URL('http://localhost')
  }
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    faults.add(setting, 'it has more than scheme, host and port', example)
  }
  const plain = url.protocol === 'http:' && !loopback.test(url.hostname)
  if (production && plain && options.transport !== unsafePlainHttp) {
    faults.add(
      setting,
      'it is plain http in production, so cookies could be read on the way',
      'use https, or set VIGILE_UNSAFE_HTTP=1 if the transport is protected otherwise',
    )
  }
  return url
}

const pathOf = (setting: string, path: string, faults: Faults): string => {
  if (!/^(\/[a-z0-9_-]+)+$/i.test(path))
    faults.add(setting, `"${path}" is not a path of plain segments`, 'write /api/auth')
  return path
}

const databaseOf = (text: string | undefined, faults: Faults): DatabaseSetting => {
  if (!text) return { kind: 'sqlite', file: './data/vigile.db' }
  if (/^postgres(ql)?:\/\//.test(text)) return { kind: 'postgres', url: text }
  if (text.startsWith('file:') && text.length > 5)
    return { kind: 'sqlite', file: text.slice(5).replace(/^\/\/(?=\/)/, '') }
  faults.add(
    'DATABASE_URL',
    'it is neither postgres://… nor file:…',
    'write postgres://user:password@host:5432/vigile or file:./data/vigile.db',
  )
  return { kind: 'sqlite', file: './data/vigile.db' }
}

const redisOf = (setting: string, text: string | undefined, faults: Faults): string | null => {
  if (!text) return null
  if (!/^rediss?:\/\//.test(text)) faults.add(setting, 'it is not a redis:// address', 'write redis://host:6379')
  return text
}

/** Cookies can't work across sites, so an origin of another registrable domain is refused, with the reason (section 16). */
const originsOf = (texts: readonly string[], own: URL, faults: Faults): Origins => {
  const allowed = new Set([own.origin])
  for (const text of texts) {
    const url = URL.parse(text)
    if (!url || url.origin !== text.replace(/\/$/, '')) {
      faults.add('allowedOrigins', `"${text}" is not an origin`, 'write https://app.example.com, without a path')
      continue
    }
    if (siteOf(url) !== siteOf(own)) {
      faults.add(
        'allowedOrigins',
        `${text} is another site than ${own.origin}: browsers would not send these cookies`,
        'serve both under one registrable domain, or let the front end proxy the API',
      )
    }
    allowed.add(url.origin)
  }
  return { own: own.origin, allowed }
}

const siteOf = (url: URL): string => {
  const { domain } = parseDomain(url.hostname, { allowPrivateDomains: true })
  return `${url.protocol}//${domain ?? url.hostname}`
}

const sessionsOf = (options: NonNullable<VigileOptions['sessions']>, faults: Faults): SessionPolicy => {
  const { protocol: given = {} } = options
  const milliseconds = (seconds: number | undefined, fallback: number) =>
    seconds === undefined ? fallback : seconds * 1000
  const protocol = {
    giveUpMs: milliseconds(given.giveUp, defaultProtocol.giveUpMs),
    replayMs: milliseconds(given.replay, defaultProtocol.replayMs),
    burstMs: milliseconds(given.burst, defaultProtocol.burstMs),
    flushedMs: milliseconds(given.flushed, defaultProtocol.flushedMs),
    rotationMs: milliseconds(given.rotation, defaultProtocol.rotationMs),
    siblings: given.siblings ?? defaultProtocol.siblings,
  }
  faults.addAll(checkProtocol(protocol))
  const policy = {
    accessSeconds: secondsOf('sessions.accessLife', options.accessLife ?? '15m', 30, faults),
    idleSeconds: secondsOf('sessions.idleLife', options.idleLife ?? '7d', 60, faults),
    absoluteSeconds: secondsOf('sessions.absoluteLife', options.absoluteLife ?? '30d', 60, faults),
    recentSeconds: secondsOf('sessions.recentLife', options.recentLife ?? '10m', 30, faults),
    perUser: perUserOf(options.perUser, faults),
    protocol,
  }
  if (policy.accessSeconds > policy.idleSeconds)
    faults.add('sessions.accessLife', 'it is longer than the idle life', 'the defaults are 15m and 7d')
  if (policy.idleSeconds > policy.absoluteSeconds)
    faults.add('sessions.idleLife', 'it is longer than the absolute life', 'the defaults are 7d and 30d')
  if (policy.absoluteSeconds > 400 * 86_400)
    faults.add('sessions.absoluteLife', 'browsers keep no cookie for over 400 days', 'use 400d at most')
  return policy
}

const perUserOf = (given: number | 'unlimited' | undefined, faults: Faults): number => {
  if (given === 'unlimited') return Number.POSITIVE_INFINITY
  const perUser = given ?? 10
  if (!Number.isSafeInteger(perUser) || perUser < 1 || perUser > 1000) {
    faults.add('sessions.perUser', 'it is not a whole number from 1 to 1000', "write a number, or 'unlimited'")
  }
  return perUser
}

const secondsOf = (setting: string, text: string, minimum: number, faults: Faults): number => {
  const seconds = parseDuration(text)
  if (seconds === null) faults.add(setting, `"${text}" is not a length of time`, 'write 15m, 24h or 7d')
  else if (seconds < minimum) faults.add(setting, `${text} is too short`, `use ${minimum}s at least`)
  return seconds ?? minimum
}
