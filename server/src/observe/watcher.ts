// What watches this process from outside: each takes what it can use.
import { type Meter, noMeter } from '@vigile/engine'
import { type LogLevel, logLevels, type VigileConfig } from '../configuration/config.ts'
import type { Log } from '../log/log.ts'

/** `traceparent`: of a caller that is believed (W3C Trace Context). */
export type Asked = { readonly method: string; readonly traceparent: string | null }

export type Watcher = {
  readonly meter?: Meter
  /** Told of every line of the log, as it is written. */
  logged?(level: keyof Log, fields: object, message: string): void
  /** Lets the work of one request be done; what it measures and logs meanwhile is of that request. */
  around?<Answer>(asked: Asked, work: () => Promise<Answer>): Promise<Answer>
  /** Takes the secrets that are its own. */
  renew?(config: VigileConfig): void
  /** Sends what is left, within a bound. Never rejects. */
  close(): Promise<void>
}

export type Around = NonNullable<Watcher['around']>

/** All of them as one. `least`: lines of a lower level are told to nobody. A watcher that fails changes nothing of what it watches. */
export const watchTogether = (watchers: readonly Watcher[], log: Log, least: LogLevel) => {
  const meters = watchers.flatMap(({ meter }) => meter ?? [])
  const told = watchers.filter(({ logged }) => logged)
  const at =
    (level: keyof Log): Log[keyof Log] =>
    (fields, message) => {
      log[level](fields, message)
      if (logLevels.indexOf(level) < logLevels.indexOf(least)) return
      for (const watcher of told) {
        try {
          watcher.logged?.(level, fields, message)
        } catch {
          // It has the line above: a second one about it would come here again.
        }
      }
    }
  const all: Meter = {
    add: (...input) => {
      for (const one of meters) one.add(...input)
    },
    record: (...input) => {
      for (const one of meters) one.record(...input)
    },
  }
  const arounds = watchers.flatMap(({ around }) => around ?? [])
  return {
    meter: meters.length === 0 ? noMeter : all,
    log: told.length === 0 ? log : { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    /** Absent: nobody follows requests. */
    ...(arounds.length > 0 && {
      around: ((asked, work) =>
        arounds.reduce<typeof work>((inner, around) => () => around(asked, inner), work)()) as Around,
    }),
    renew: (config: VigileConfig) => {
      for (const watcher of watchers) watcher.renew?.(config)
    },
    close: async () => void (await Promise.all(watchers.map((watcher) => watcher.close()))),
  }
}
