// The program's own options in a configuration file, checked as the environment's are: nobody compiles that file.
import { z } from 'zod'
import type { Catalogue } from '../messages/catalogue.ts'
import { logLevels, type VigileConfig } from './config.ts'
import type { ConfigurationFault } from './faults.ts'
import { areHeaders, isDsn, isHost } from './parsers.ts'

const port = z.number().int().min(0).max(65_535)
const say = z.function()
const backup = {
  to: z.string().optional(),
  key: z.string().optional(),
  schedule: z.string().optional(),
  drillSchedule: z.string().optional(),
  keep: z.string().optional(),
}

const kinds = {
  host: z.string().refine(isHost),
  port,
  metricsPort: port,
  metricsHost: z.string().refine(isHost),
  otlpEndpoint: z.url({ protocol: /^https?$/ }),
  otlpHeaders: z.string().refine(areHeaders),
  sentryDsn: z.string().refine(isDsn),
  assetsUrl: z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).origin === url),
  logLevel: z.enum(logLevels),
  log: z.looseObject({ debug: say, info: say, warn: say, error: say }),
  backup: z.strictObject(backup),
  secretsSeconds: z.number().min(1).max(3600),
  drainSeconds: z.number().min(0).max(300),
  stopSeconds: z.number().min(1).max(300),
}

/** Of these, what was given may hold a password or a key. */
const unshown: Readonly<Partial<Record<keyof typeof kinds, 'noUrl' | 'noDsn' | 'noHeaders'>>> = {
  otlpEndpoint: 'noUrl',
  otlpHeaders: 'noHeaders',
  assetsUrl: 'noUrl',
  sentryDsn: 'noDsn',
}

/** Who writes these there believes to have said something: they come from where the program is started. */
const notInFile = ['production', 'role'] as const

export const checkOwnOptions = (config: VigileConfig, { faults }: Catalogue): readonly ConfigurationFault[] => {
  const right = {
    host: faults.address,
    port: faults.wholeNumber(0, 65_535),
    metricsPort: faults.wholeNumber(0, 65_535),
    metricsHost: faults.address,
    otlpEndpoint: faults.url,
    otlpHeaders: faults.headers,
    sentryDsn: faults.dsn,
    assetsUrl: faults.origin,
    logLevel: faults.oneOf(logLevels),
    log: faults.log,
    backup: faults.backupOptions,
    secretsSeconds: faults.wholeNumber(1, 3600),
    drainSeconds: faults.wholeNumber(0, 300),
    stopSeconds: faults.wholeNumber(1, 300),
  }
  const found = (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((name) => {
    const given: unknown = config[name]
    const issues = given === undefined ? [] : (kinds[name].safeParse(given).error?.issues ?? [])
    // One of a group is named by itself, and what was given is not shown: it may be a key.
    const inside = issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys : issue.path.slice(0, 1).map(String),
    )
    if (inside.length > 0)
      return inside.map((key) => {
        const wrong = name === 'backup' && !Object.hasOwn(backup, key) ? faults.unknownOption : faults.isNot('…')
        return { setting: `${name}.${key}`, wrong, right: right[name] }
      })
    const hidden = unshown[name]
    const wrong = hidden ? faults[hidden] : faults.isNot(String(given))
    return issues.length > 0 ? [{ setting: name, wrong, right: right[name] }] : []
  })
  const misplaced = notInFile
    .filter((name) => Object.hasOwn(config, name))
    .map((name) => ({ setting: name, wrong: faults.notInFile, right: faults.takeAway }))
  return [...found, ...misplaced]
}
