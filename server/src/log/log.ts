// OPS-4: JSON lines by pino, for machines. Fields never hold secrets; the redaction is the net beneath.
import { type DestinationStream, pino } from 'pino'
import type { LogLevel } from '../configuration/config.ts'

/** The part of a logger that the engine and the program use. */
export type Log = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>

const secretFields = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'secrets',
  'token',
  'accessToken',
  'refreshToken',
]

/** One JSON object a line, times in ISO 8601. Default: to standard output. */
export const createJsonLog = (level: LogLevel, destination?: DestinationStream): Log =>
  pino(
    {
      level,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  )

/** What an error is, and no more: clients of databases hang their whole connection on it, user and settings included. */
const describeError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  const { code } = error as NodeJS.ErrnoException
  return { type: name, message, code, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) }
}
