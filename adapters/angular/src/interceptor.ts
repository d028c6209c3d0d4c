// HttpClient through the client: what `client.fetch` does to a request (CSRF token, one refresh for many 401s, one repetition with
// the body, tokens of body delivery) is done in one place.
import { DOCUMENT, isPlatformServer } from '@angular/common'
import {
  HttpErrorResponse,
  type HttpEvent,
  HttpEventType,
  HttpHeaders,
  type HttpInterceptorFn,
  type HttpRequest,
  HttpResponse,
} from '@angular/common/http'
import { inject, PLATFORM_ID } from '@angular/core'
import type { Client } from '@vigile/client'
import { Observable } from 'rxjs'
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
  return new Observable<HttpEvent<unknown>>((observer) => {
    const stop = new AbortController()
    observer.next({ type: HttpEventType.Sent })
    void ask(client, request, stop.signal).then((answer) => {
      if (answer instanceof HttpErrorResponse) return observer.error(answer)
      observer.next(answer)
      observer.complete()
    })
    return () => stop.abort()
  })
}

type Answered = HttpResponse<unknown> | HttpErrorResponse

/** The answer, as HttpClient gives it. Never rejects. */
async function ask(client: Client, request: HttpRequest<unknown>, stop: AbortSignal): Promise<Answered> {
  const url = request.urlWithParams
  let answer: Response
  let body: unknown
  try {
    answer = await client.fetch(url, initOf(request, stop))
    body = await bodyOf(answer, request.responseType)
  } catch (error) {
    return new HttpErrorResponse({ error, status: 0, statusText: 'Unknown Error', url })
  }
  const { ok, status, statusText } = answer
  const facts = { status, statusText, headers: new HttpHeaders(answer.headers), url: answer.url || url }
  if (ok && body instanceof NotJson) return new HttpErrorResponse({ ...facts, error: body })
  if (!ok) return new HttpErrorResponse({ ...facts, error: body instanceof NotJson ? body.text : body })
  return new HttpResponse({ ...facts, body })
}

function initOf(request: HttpRequest<unknown>, stop: AbortSignal): RequestInit {
  const headers = new Headers()
  for (const name of request.headers.keys())
    for (const value of request.headers.getAll(name) ?? []) headers.append(name, value)
  if (!headers.has('Accept')) headers.set('Accept', 'application/json, text/plain, */*')
  const type = request.detectContentTypeHeader()
  if (type && !headers.has('Content-Type')) headers.set('Content-Type', type)
  const { method, timeout, cache, priority, mode, redirect, keepalive, referrer, referrerPolicy, integrity } = request
  const signal = timeout ? AbortSignal.any([stop, AbortSignal.timeout(timeout)]) : stop
  const asked = { cache, priority, mode, redirect, keepalive, referrer, referrerPolicy, integrity }
  const set = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  return { ...set, method, headers, signal, body: request.serializeBody() }
}

class NotJson extends SyntaxError {
  readonly text: string
  constructor(text: string) {
    super('The answer is no JSON')
    this.text = text
  }
}

async function bodyOf(answer: Response, type: HttpRequest<unknown>['responseType']): Promise<unknown> {
  if (type === 'blob') return answer.blob()
  if (type === 'arraybuffer') return answer.arrayBuffer()
  const text = await answer.text()
  if (type === 'text') return text
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return new NotJson(text)
  }
}
