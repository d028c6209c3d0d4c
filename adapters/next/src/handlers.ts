import type { Vigile } from '@vigile/engine'
import { askedNow, tooEarly } from './requests.ts'

type Handler = (request: Request) => Promise<Response>
type Methods = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

/**
 * The route handlers of the auth interface, for `app/api/auth/[...path]/route.ts`. Each answers whatever path it is mounted at: the
 * same line in `app/health/[...path]/route.ts` gives `/health/ready`. Throw where `start` was never called, and never else.
 *
 * @example
 * export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handlers(auth)
 */
export const handlers = (auth: Pick<Vigile, 'fetch'>): Readonly<Record<Methods, Handler>> => {
  const answer: Handler = async (request) => {
    const asked = await askedNow()
    return asked ? auth.fetch(request, asked.peer) : tooEarly()
  }
  return { GET: answer, HEAD: answer, POST: answer, PUT: answer, PATCH: answer, DELETE: answer, OPTIONS: answer }
}
