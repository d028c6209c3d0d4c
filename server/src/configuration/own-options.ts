// The program's own options in a configuration file, checked as the environment's are: nobody compiles that file.
import { z } from 'zod'
import type { Catalogue } from '../messages/catalogue.ts'
import { logLevels, type VigileConfig } from './config.ts'
import type { ConfigurationFault } from './faults.ts'
import { isHost } from './parsers.ts'

const kinds = {
  host: z.string().refine(isHost),
  port: z.number().int().min(0).max(65_535),
  metricsPort: z.number().int().min(0).max(65_535),
  metricsHost: z.string().refine(isHost),
  otlpEndpoint: z.url({ protocol: /^https?$/ }),
  sentryDsn: z.url({ protocol: /^https?$/ }),
  assetsUrl: z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).origin === url),
  logLevel: z.enum(logLevels),
  secretsSeconds: z.number().min(1).max(3600),
  drainSeconds: z.number().min(0).max(300),
  stopSeconds: z.number().min(1).max(300),
}

export const checkOwnOptions = (config: VigileConfig, { faults }: Catalogue): readonly ConfigurationFault[] => {
  const right = {
    host: faults.address,
    port: faults.wholeNumber(0, 65_535),
    metricsPort: faults.wholeNumber(0, 65_535),
    metricsHost: faults.address,
    otlpEndpoint: faults.url,
    sentryDsn: faults.url,
    assetsUrl: faults.origin,
    logLevel: faults.oneOf(logLevels),
    secretsSeconds: faults.wholeNumber(1, 3600),
    drainSeconds: faults.wholeNumber(0, 300),
    stopSeconds: faults.wholeNumber(1, 300),
  }
  return (Object.keys(kinds) as (keyof typeof kinds)[])
    .filter((name) => config[name] !== undefined && !kinds[name].safeParse(config[name]).success)
    .map((name) => ({
      setting: name,
      // An address of Sentry has a key in it.
      wrong: name === 'sentryDsn' ? faults.noUrl : faults.isNot(String(config[name])),
      right: right[name],
    }))
}
