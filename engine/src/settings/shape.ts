// What kind of value each option takes. Configuration files and JavaScript are compiled by nobody: a name that is misspelt, or
// the text 'false' for false, must not pass in silence (OPS-1).
import { locales } from '@vigile/contract'
import type { Faults, PhraseKey } from '../messages/fault.ts'
import { unsafePlainHttp, type VigileOptions } from '../options.ts'

type Phrase = { readonly phrase: PhraseKey; readonly values?: Readonly<Record<string, string>> }
type Kind = { readonly expected: Phrase; accepts(value: unknown): boolean }
type Shape<Group> = {
  readonly [Key in keyof Group]-?:
    | Kind
    | (NonNullable<Group[Key]> extends object ? Shape<NonNullable<Group[Key]>> : never)
}
type Values = Readonly<Record<string, unknown>>

const isGroup = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kind = (phrase: PhraseKey, accepts: Kind['accepts']): Kind => ({ expected: { phrase }, accepts })
const text = kind('text', (value) => typeof value === 'string')
const line = kind('line', (value) => typeof value === 'string' && /^[^\p{Cc}]{1,200}$/u.test(value))
const flag = kind('flag', (value) => typeof value === 'boolean')
const number = kind('number', (value) => typeof value === 'number')
const texts = kind('texts', (value) => Array.isArray(value) && value.every(text.accepts))
const lists = kind('lists', (value) => isGroup(value) && Object.values(value).every(texts.accepts))
const group = kind('group', isGroup)
const oneOf = (...values: readonly unknown[]): Kind => ({
  expected: { phrase: 'one_of', values: { values: values.join(', ') } },
  accepts: (value) => values.includes(value),
})

const secrets = kind(
  'secrets',
  (value) => [text, texts].some((one) => one.accepts(value)) || typeof value === 'function',
)

const languages: Kind = {
  expected: { phrase: 'one_of', values: { values: "['en'], ['fr'], ['en', 'fr'], ['fr', 'en']" } },
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((one) => locales.includes(one)),
}

const shape: Shape<VigileOptions> = {
  // Whatever is no address is named by the check that follows.
  publicUrl: kind('web_address', () => true),
  secrets,
  database: text,
  redis: text,
  limitsRedis: text,
  pool: { max: number, waitSeconds: number, prepare: flag, listenUrl: text },
  production: flag,
  transport: kind('plain_http', (value) => value === unsafePlainHttp),
  app: text,
  name: line,
  locales: languages,
  authPath: text,
  signInPath: text,
  allowedOrigins: texts,
  trustedProxies: texts,
  cookies: {
    sameSite: oneOf('strict', 'lax'),
    domain: text,
    prefix: flag,
    names: {
      access: text,
      refresh: text,
      csrf: text,
      hint: text,
      device: text,
      pending: text,
      link: text,
      oauth: text,
      exchange: text,
    },
  },
  permissions: lists,
  roles: lists,
  delivery: oneOf('cookie', 'body'),
  mail: { url: text, from: text },
  sessions: {
    accessLife: text,
    idleLife: text,
    absoluteLife: text,
    perUser: kind('count', (value) => number.accepts(value) || value === 'unlimited'),
    binding: oneOf('off', 'optional', 'required'),
    recentLife: text,
    protocol: { giveUp: number, replay: number, burst: number, flushed: number, rotation: number, siblings: number },
  },
  accounts: {
    signUp: flag,
    verifyEmail: flag,
    magicLink: flag,
    secondFactor: kind(
      'factors',
      (value) =>
        value === 'optional' ||
        value === 'required' ||
        (isGroup(value) && texts.accepts(value.requiredFor) && Object.keys(value).length === 1),
    ),
    deletionDelay: text,
  },
  providers: kind('providers', (value) => Array.isArray(value) && value.every(isGroup)),
  providerCalls: {
    timeoutSeconds: number,
    retryWaitsSeconds: kind('numbers', (value) => Array.isArray(value) && value.every(number.accepts)),
    longestWaitSeconds: number,
    failuresToOpen: number,
    openSeconds: number,
  },
  passwords: {
    minimumLength: number,
    argon2: { memoryKiB: number, iterations: number, parallelism: number },
    breachUrl: text,
    siteWords: texts,
  },
  audit: { anchors: texts, retention: text },
  alerts: { mailTo: texts, thresholds: group, webhook: { url: text, secrets } },
  // The audience is in every access token, which is in a cookie: 4,096 bytes hold all (S-48).
  keys: { algorithm: oneOf('EdDSA', 'ES256'), rotateEvery: text, audience: line },
  limits: { rules: group, allow: texts },
  role: oneOf('server', 'command'),
  cleanUpAt: text,
  meter: group,
  log: group,
}

/** The options without those that can't be right, each of which is named; no value is, since it may be a secret. */
export const shapeOf = (options: VigileOptions, faults: Faults): VigileOptions =>
  // Only what `shape` knows is left, each of its kind.
  keepFitting(options as unknown as Values, shape as unknown as Values, '', faults) as unknown as VigileOptions

const isKind = (value: unknown): value is Kind => isGroup(value) && typeof value.accepts === 'function'

const keepFitting = (given: Values, known: Values, prefix: string, faults: Faults): Values => {
  const fitting: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const setting = `${prefix}${name}`
    const inside = Object.hasOwn(known, name) ? known[name] : undefined
    if (value === undefined) continue
    if (inside === undefined) faults.add(setting, 'no_such_option', { names: Object.keys(known).join(', ') })
    else if (isKind(inside) ? !inside.accepts(value) : !isGroup(value))
      faults.add(setting, 'wrong_kind', { kind: isKind(inside) ? inside.expected : group.expected })
    else fitting[name] = isKind(inside) ? value : keepFitting(value as Values, inside as Values, `${setting}.`, faults)
  }
  return fitting
}
