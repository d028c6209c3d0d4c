// Every request comes through here: the engine's own paths go to the engine, the rest are files and pages.

import { randomUUID } from 'node:crypto'
import type { Locale } from '@vigile/contract'
import { clientAddress, countRequest, type Meter, type Networks, type Peer, type Vigile } from '@vigile/engine'
import { parseAccept } from 'hono/utils/accept'
import type { Log } from '../log/log.ts'
import { answerFile } from '../pages/answer-file.ts'
import type { Files } from '../pages/files.ts'
import { requestLocale } from '../pages/locale.ts'
import { noteAnswer } from '../pages/note.ts'
import { failed, methodNotAllowed, notFound, unavailable } from '../pages/notes.ts'
import { createNonce, type PageContext, redirect } from '../pages/page.ts'
import type { Answer } from './listen.ts'
import { type PageRoute, tableOf } from './page-routes.ts'

export type AnswerDeps = {
  readonly vigile: Pick<Vigile, 'fetch' | 'handles' | 'pageState'>
  readonly routes: readonly PageRoute[]
  readonly files: Files
  readonly security: Readonly<Record<string, string>>
  readonly app: string
  readonly trustedProxies: Networks
  readonly signInPath: string
  readonly assetsUrl: string | null
  readonly log: Log
  readonly meter: Meter
}

export const createAnswer = (deps: AnswerDeps): Answer => {
  const { vigile, files, security, app, assetsUrl, trustedProxies, log, meter } = deps
  const table = tableOf(deps.routes)

  const answerPage = async (context: PageContext): Promise<Response> => {
    const { request, url, locale } = context
    const route = table.get(url.pathname)
    if (!route) return noteAnswer(notFound(locale), context)
    if (request.method !== 'GET' && request.method !== 'HEAD') return noteAnswer(methodNotAllowed(locale), context)
    return route.guard === 'anyone' ? route.answer(context) : guarded(route, context)
  }

  const guarded = async (route: PageRoute & { guard: 'session' }, context: PageContext): Promise<Response> => {
    const { pathname, search } = context.url
    const state = await vigile.pageState(context.request, `${pathname}${search}`)
    switch (state.state) {
      case 'signed_in':
        return route.answer(context, { user: state.user, session: state.session })
      case 'ask':
        return redirect(state.location)
      case 'signed_out':
        return redirect(`${deps.signInPath}?returnTo=${encodeURIComponent(`${pathname}${search}`)}`)
      case 'unknown':
        return noteAnswer(unavailable(context.locale), context)
    }
  }

  const answerHere = async (request: Request, url: URL, peer: Peer): Promise<Response> => {
    const started = performance.now()
    const file = files.get(url.pathname)
    const locale: Locale = requestLocale(request.headers, app)
    const context = { request, url, locale, requestId: randomUUID(), nonce: createNonce(), assetsUrl }
    let answer: Response
    try {
      const isRead = request.method === 'GET' || request.method === 'HEAD'
      answer =
        file && isRead ? await answerFile(file, request, { shared: assetsUrl !== null }) : await answerPage(context)
    } catch (error) {
      log.error({ requestId: context.requestId, err: error }, 'a page failed')
      answer = noteAnswer(failed(locale), context)
    }
    for (const [name, value] of Object.entries(security)) {
      if (!answer.headers.has(name)) answer.headers.set(name, value)
    }
    answer.headers.set('X-Request-Id', context.requestId)
    const took = performance.now() - started
    const path = file ? 'file' : table.has(url.pathname) ? 'page' : 'other'
    countRequest(meter, { path, method: request.method, status: answer.status, seconds: took / 1000 })
    log.info(
      {
        method: request.method,
        path: url.pathname,
        status: answer.status,
        ms: Math.round(took),
        requestId: context.requestId,
        ip: clientAddress(peer.address, request.headers.get('x-forwarded-for'), trustedProxies),
      },
      'request',
    )
    return answer
  }

  return (request, peer) => {
    const url = new URL(request.url)
    if (vigile.handles(url.pathname)) return vigile.fetch(request, peer)
    // A program that asks for a path which nobody has gets the engine's problem answer.
    const isPrograms = !table.has(url.pathname) && !files.has(url.pathname) && !acceptsHtml(request)
    return isPrograms ? vigile.fetch(request, peer) : answerHere(request, url, peer)
  }
}

/** Browsers name `text/html`; a program that accepts anything is not reading pages. */
const acceptsHtml = (request: Request): boolean =>
  parseAccept((request.headers.get('accept') ?? '').slice(0, 1000)).some(({ type, q }) => type === 'text/html' && q > 0)
