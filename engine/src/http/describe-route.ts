import { pathOf } from './openapi.ts'
import type { Route } from './route.ts'

/** A route as one line of a list: what protects it. */
export type RouteDescription = {
  readonly method: string
  readonly path: string
  readonly guard: string
  readonly limit: string
}

export const describeRoute = ({ endpoint, guard, limit }: Route, authPath: string): RouteDescription => ({
  method: endpoint.method,
  path: pathOf(endpoint, authPath),
  guard: guard.name,
  limit:
    limit === 'none'
      ? 'none'
      : 'rule' in limit
        ? `${limit.rule}${limit.sparesProxies ? ', but not from a trusted proxy' : ''}`
        : limit.byHandler.join(', '),
})
