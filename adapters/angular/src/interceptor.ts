// HttpClient through the client: what `client.fetch` does to a request (CSRF token, one refresh for many 401s, one repetition with
// the body, tokens of body delivery) is done in one place.
import { DOCUMENT, isPlatformServer } from '@angular/common'
import {
  HttpErrorResponse,
  HttpEventType,
  HttpHeaders,
  type HttpInterceptorFn,
  type HttpRequest,
  HttpResponse,
} from '@angular/common/http'
import { inject, PLATFORM_ID } from '@angular/core'
import type { Client } from '@vigile/client'
import { defer, finalize, from, mergeMap, of, startWith, throwError } from 'rxjs'
import { provided } from './provide-vigile.ts'

/**
 * Keeps the session alive under `HttpClient`. It is the last of the interceptors, since it sends the request itself; there are
 * no progress events. Requests to other origins are passed on untouched.
 *
 * @example
 * provideHttpClient(withInterceptors([logging, vigileInterceptor]))
 */
export const vigileInterceptor: HttpInterceptorFn = (request, next) => {
  const [{ client }, { baseURI, location }] = [inject(provided), inject(DOCUMENT)]
  const isOurs = () => new URL(request.url, baseURI).origin === location.origin
  if (isPlatformServer(inject(PLATFORM_ID)) || !isOurs()) return next(request)
  return defer(() => {
    const stop = new AbortController()
    return from(ask(client, request, stop.signal)).pipe(
      mergeMap((answer) => (answer.ok ? of(answer) : throwError(() => answer))),
      finalize(() => stop.abort()),
    )
  }).pipe(startWith({ type: HttpEventType.Sent } as const))
}

const readers = { json: 'text', text: 'text', blob: 'blob', arraybuffer: 'arrayBuffer' } as const

type Answered = HttpResponse<unknown> | HttpErrorResponse

/** The answer as HttpClient gives it: of the status 0 where none came, or not all of it. Never rejects. */
async function ask(client: Client, request: HttpRequest<unknown>, stop: AbortSignal): Promise<Answered> {
  let facts: ConstructorParameters<typeof HttpErrorResponse>[0] = { url: request.urlWithParams, status: 0 }
  let error: unknown
  try {
    const answer = await client.fetch(request.urlWithParams, initOf(request, stop))
    const read = await answer[readers[request.responseType]]()
    const { ok, status, statusText, headers, url = request.urlWithParams } = answer
    facts = { url, status, statusText, headers: new HttpHeaders(headers) }
    const body = request.responseType === 'json' ? parsed(read as string, ok) : read
    if (ok) return new HttpResponse({ ...facts, body })
    error = body
  } catch (fault) {
    error = fault
  }
  return new HttpErrorResponse({ ...facts, error })
}

/** As HttpClient does: without the prefix by which JSON is no script. What a refusal says need not be JSON. */
function parsed(text: string, ok: boolean): unknown {
  const json = text.replace(/^\)\]\}',?\n/, '')
  try {
    return json === '' ? null : JSON.parse(json)
  } catch (error) {
    if (ok) throw error
    return json
  }
}

/** The options of `fetch` have the same names in Angular; what else a request has, a browser does not look at. */
function initOf(request: HttpRequest<unknown>, stop: AbortSignal): RequestInit {
  const headers = new Headers()
  for (const name of request.headers.keys()) headers.set(name, request.headers.getAll(name)?.join() ?? '')
  if (!headers.has('Accept')) headers.set('Accept', 'application/json, text/plain, */*')
  const type = request.detectContentTypeHeader()
  if (type && !headers.has('Content-Type')) headers.set('Content-Type', type)
  const signal = request.timeout ? AbortSignal.any([stop, AbortSignal.timeout(request.timeout)]) : stop
  return { ...(request as unknown as RequestInit), headers, signal, body: request.serializeBody() }
}
