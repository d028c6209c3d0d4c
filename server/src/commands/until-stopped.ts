// OPS-7: the first signal ends the server in order, the second one at once.
import { endProcess } from '../end-process.ts'
import type { Log } from '../log/log.ts'
import { exitCodes } from './report.ts'

/** npm passes on the Ctrl-C that the terminal has sent to every process already: two signals, one wish. */
const oneWishMs = 500

/** Resolves with the exit code when the server has ended. */
export const untilStopped = (server: { close(): Promise<void> }, log: Log, stopping: () => void): Promise<number> =>
  new Promise((resolve) => {
    let first: number | null = null
    const onSignal = (signal: NodeJS.Signals) => {
      if (first !== null) {
        if (performance.now() - first < oneWishMs) return
        log.warn({ signal }, 'stopped at once')
        endProcess(128 + (signal === 'SIGINT' ? 2 : 15))
      }
      first = performance.now()
      stopping()
      log.info({ signal }, 'stopping')
      server.close().then(
        () => {
          log.info({}, 'stopped')
          resolve(exitCodes.done)
        },
        (error: unknown) => {
          log.error({ err: error }, 'the end was not in order')
          resolve(exitCodes.failed)
        },
      )
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
