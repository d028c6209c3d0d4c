// VAL-3: every route of the pages says who may see it. One without a guard does not compile, and does not start.
import type { PageState, RouteDescription } from '@vigile/engine'
import type { PageContext } from '../pages/page.ts'

export type SignedIn = Pick<Extract<PageState, { state: 'signed_in' }>, 'user' | 'session'>

/** `limit: 'none'` is said, not implied: pages count nothing, the requests that they make are limited by the engine. */
export type PageRoute = { readonly path: string; readonly limit: 'none' } & (
  | { readonly guard: 'anyone'; answer(context: PageContext): Response | Promise<Response> }
  | { readonly guard: 'session'; answer(context: PageContext, who: SignedIn): Response | Promise<Response> }
)

const guards = ['anyone', 'session']

/** The routes by path. Throws for a route without a guard or a limit, and for two of one path. */
export const tableOf = (routes: readonly PageRoute[]): ReadonlyMap<string, PageRoute> => {
  const table = new Map<string, PageRoute>()
  for (const route of routes) {
    if (!guards.includes(route.guard) || route.limit !== 'none') {
      throw new Error(
        `The page ${route.path} says not who may see it: give it a guard (${guards.join(' or ')}) and a limit.`,
      )
    }
    if (table.has(route.path)) throw new Error(`Two pages are at ${route.path}: keep one.`)
    table.set(route.path, route)
  }
  return table
}

/** As the engine describes its own, so that one list shows everything that answers. */
export const describePages = (routes: readonly PageRoute[]): readonly RouteDescription[] => [
  ...routes.map(({ path, guard, limit }) => ({ method: 'GET', path, guard, limit })),
  { method: 'GET', path: '/assets/{file}', guard: 'anyone', limit: 'none' },
]
