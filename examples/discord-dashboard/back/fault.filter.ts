// Refusals pass as they are; whatever else is thrown is a fault: an answer that says nothing of it, and an event for Sentry.
import { type ArgumentsHost, Catch, HttpException, type HttpServer } from '@nestjs/common'
import { BaseExceptionFilter } from '@nestjs/core'
import type { Request } from 'express'
import type { Sentry } from './sentry.ts'

@Catch()
export class FaultFilter extends BaseExceptionFilter {
  readonly #sentry: Sentry | null

  constructor(server: HttpServer, sentry: Sentry | null) {
    super(server)
    this.#sentry = sentry
  }

  override catch(fault: unknown, host: ArgumentsHost): void {
    if (!(fault instanceof HttpException)) {
      const id = host.switchToHttp().getRequest<Request>().headers['x-request-id']
      this.#sentry?.capture(fault, typeof id === 'string' ? id : undefined)
    }
    super.catch(fault, host)
  }
}
