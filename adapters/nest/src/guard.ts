// The guard of every route: deny by default, by what the route demands (VAL-3).
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type CanActivate, type ExecutionContext, HttpException, MethodNotAllowedException } from '@nestjs/common'
import type { Vigile } from '@vigile/engine'
import { type Policy, policyOf } from './policy.ts'
import { peerOf, requestOf } from './request-of.ts'
import { remember } from './who-asks.ts'

export const createGuard = (auth: Pick<Vigile, 'requirePermission' | 'requireSession'>): CanActivate => {
  const ask = (policy: Exclude<Policy, { opens: 'anyone' }>, incoming: IncomingMessage) => {
    const request = requestOf(incoming)
    if (policy.opens === 'session') return auth.requireSession(request, peerOf(incoming))
    const { permission, recentSignIn = false } = policy
    // Any text but for an application that registered its permissions: the engine throws for what it does not know.
    type Known = Parameters<typeof auth.requirePermission>[1]
    return auth.requirePermission(request, permission as Known, { ...peerOf(incoming), recentSignIn })
  }

  return {
    canActivate: async (context: ExecutionContext) => {
      const policy = policyOf(context)
      if (policy.opens === 'anyone') return true
      // Sockets, messages and resolvers bring no request of a browser that could be checked: refused, not let through.
      if (context.getType() !== 'http') return false
      const http = context.switchToHttp()
      const incoming = http.getRequest<IncomingMessage>()
      // `@All()` answers it as well: no Request can have this method, and no route should answer it (ASVS 13.4.4).
      if (incoming.method === 'TRACE') throw new MethodNotAllowedException()
      const found = await ask(policy, incoming)
      if (!found.ok) throw await refusal(found.response, http.getResponse())
      remember(incoming, found)
      return true
    },
  }
}

/** As the engine made it, by way of Nest's exceptions: filters and interceptors see what they see of every other. */
const refusal = async (response: Response, outgoing: ServerResponse): Promise<HttpException> => {
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie') outgoing.appendHeader(name, value)
    else outgoing.setHeader(name, value)
  }
  return new HttpException((await response.json()) as Record<string, unknown>, response.status)
}
