// The guard of every route: deny by default, by what the route demands (VAL-3).
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CanActivate, type ExecutionContext, HttpException, MethodNotAllowedException } from '@nestjs/common'
import { peerOf, requestOf, type Vigile } from '@vigile/engine'
import { policyOf } from './policy.ts'
import { remember } from './who-asks.ts'

export const createGuard = (auth: Pick<Vigile, 'requirePermission' | 'requireSession'>): CanActivate => ({
  canActivate: async (context: ExecutionContext) => {
    const policy = policyOf(context)
    if (policy.opens === 'anyone') return true
    // Sockets, messages and resolvers bring no request of a browser that could be checked: refused, not let through.
    if (context.getType() !== 'http') return false
    const http = context.switchToHttp()
    const incoming = http.getRequest<IncomingMessage>()
    // `@All()` answers it as well: no Request can have this method, and no route should answer it (ASVS 13.4.4).
    if (incoming.method === 'TRACE') throw new MethodNotAllowedException()
    const [request, peer] = [requestOf(incoming), peerOf(incoming)]
    const found =
      policy.opens === 'session'
        ? await auth.requireSession(request, peer)
        : // Any text but for an application that registered its permissions: the engine throws for what it does not know.
          await auth.requirePermission(request, policy.permission as never, { ...policy.options, ...peer })
    if (!found.ok) throw await refusal(found.response, http.getResponse())
    remember(incoming, found)
    return true
  },
})

/** As the engine made it, by way of Nest's exceptions: filters and interceptors see what they see of every other. */
const refusal = async (response: Response, outgoing: ServerResponse): Promise<HttpException> => {
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie') outgoing.appendHeader(name, value)
    else outgoing.setHeader(name, value)
  }
  return new HttpException((await response.json()) as Record<string, unknown>, response.status)
}
