import { StoreUnavailableError, type Vigile } from '@vigile/engine'
import { hearRequests } from './requests.ts'

/**
 * Starts what the engine does by itself, for `register` of `instrumentation.ts`: from then on the socket's address of each request is
 * known, which limits count by, and which no header can forge. At SIGTERM readiness turns down. Rejects, and with it the start of Next,
 * where the configuration is wrong; a database that is out of reach in production comes back, and until then each answer is 503.
 *
 * @example
 * import { auth } from './auth'
 * export const register = () => start(auth)
 */
export const start = async (auth: Pick<Vigile, 'ready' | 'startJobs' | 'drain'>): Promise<void> => {
  hearRequests()
  await auth.ready().catch((error: unknown) => {
    if (process.env.NODE_ENV !== 'production' || !(error instanceof StoreUnavailableError)) throw error
  })
  auth.startJobs()
  process.once('SIGTERM', () => auth.drain())
}
