// Errors as Vigile makes them (RFC 9457): a code, a title, never a stack trace. What the guard refused passes as it is.
import { STATUS_CODES } from 'node:http'
import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  type ValidationError,
} from '@nestjs/common'
import type { Response } from 'express'

type Problem = { readonly status: number; readonly code: string } & Readonly<Record<string, unknown>>

const codes: Readonly<Record<number, string>> = { 400: 'validation_failed', 404: 'not_found', 413: 'payload_too_large' }

/** For the validation of bodies: which field is wrong, and why. */
export const invalid = (errors: ValidationError[]): HttpException =>
  new BadRequestException({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    code: 'validation_failed',
    errors: errors.map(({ property, constraints = {} }) => ({
      path: property,
      message: Object.values(constraints)[0] ?? 'is not valid',
    })),
  })

@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Problem')

  catch(fault: unknown, host: ArgumentsHost): void {
    const problem = problemOf(fault)
    if (problem.status >= 500 && problem.code === 'internal_error') this.#logger.error(fault)
    const response = host.switchToHttp().getResponse<Response>()
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  }
}

const problemOf = (fault: unknown): Problem => {
  if (fault instanceof HttpException) {
    const body = fault.getResponse()
    return typeof body === 'object' && 'code' in body ? (body as Problem) : of(fault.getStatus())
  }
  // What reads bodies says whose fault it was; everything else is ours.
  const { expose, status } = fault as { readonly expose?: unknown; readonly status?: unknown }
  return of(expose === true && typeof status === 'number' ? status : 500)
}

const of = (status: number): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  code: codes[status] ?? 'internal_error',
})
