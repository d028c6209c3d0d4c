import type { Vigile } from '@vigile/engine'
import { type NextRequest, NextResponse } from 'next/server'

/**
 * For `proxy.ts`: renews a session before anything is rendered, where a page would have to (`getSession`). It opens and guards
 * nothing, so that walking around it gains nothing: each page asks for itself. Undefined: Next goes on, or what else your proxy does.
 *
 * @example
 * export const proxy = bounce(auth)
 * export const config = { matcher: '/((?!_next/|api/).*)' }
 */
export const bounce =
  (auth: Pick<Vigile, 'pageState'>) =>
  async (request: NextRequest): Promise<NextResponse | undefined> => {
    if (!isNavigation(request)) return undefined
    const { pathname, search } = request.nextUrl
    const state = await auth.pageState(request, `${pathname}${search}`)
    return state.state === 'ask' ? NextResponse.redirect(new URL(state.location, request.url)) : undefined
  }

/** A person goes to a page. What is fetched ahead, and what a page that is open asks for, renews nothing. */
const isNavigation = ({ method, headers }: NextRequest): boolean =>
  method === 'GET' &&
  (headers.get('accept') ?? '').includes('text/html') &&
  !['rsc', 'next-router-prefetch', 'sec-purpose', 'purpose'].some((name) => headers.has(name))
