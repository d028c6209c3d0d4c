// The engine's own routes, in front of everything that the application does to a request.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { peerOf, type Vigile } from '@vigile/engine'

/** A middleware of Express. */
export const createMount = (auth: Pick<Vigile, 'fetch' | 'handles'>) => {
  const listener = getRequestListener(
    (request, { incoming }) => auth.fetch(request, peerOf(incoming as IncomingMessage)),
    // Nothing is decided by the host that a client names. The application's own `Request` stays as it is.
    { hostname: 'localhost', overrideGlobalObjects: false },
  )
  return (incoming: IncomingMessage, outgoing: ServerResponse, next: (fault?: Error) => void): void => {
    const [pathname = '/'] = (incoming.url ?? '/').split('?', 1)
    if (!auth.handles(pathname)) next()
    else if (incoming.readableDidRead) next(new Error(`a body parser came before Vigile: ${whatToDo}`))
    else void listener(incoming, outgoing)
  }
}

const whatToDo = 'give Express its parsers after NestFactory.create'
