import type { Vigile } from '@vigile/engine'
import { type NextRequest, NextResponse } from 'next/server.js'

/**
 * For `proxy.ts`: renews a session before anything is rendered, where a page would have to (`getSession`). It opens and guards
 * nothing, so that walking around it gains nothing: each page asks for itself.
 *
 * @example
 * export const proxy = bounce(auth)
 * export const config = { matcher: '/((?!_next/|api/).*)' }
 */
export const bounce =
  (auth: Pick<Vigile, 'pageState'>) =>
  async (request: NextRequest): Promise<NextResponse> => {
    if (!isNavigation(request)) return NextResponse.next()
    const { pathname, search } = request.nextUrl
    const state = await auth.pageState(request, `${pathname}${search}`)
    return state.state === 'ask' ? NextResponse.redirect(new URL(state.location, request.url)) : NextResponse.next()
  }

/** A person goes to a page. What is fetched ahead, and what a page that is open asks for, renews nothing. */
const isNavigation = ({ method, headers }: NextRequest): boolean =>
  method === 'GET' &&
  (headers.get('accept') ?? '').includes('text/html') &&
  !['rsc', 'next-router-prefetch', 'sec-purpose', 'purpose'].some((name) => headers.has(name))
