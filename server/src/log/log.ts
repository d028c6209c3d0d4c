// OPS-4: JSON lines by pino, for machines. Fields never hold secrets; the redaction is the net beneath.
import { type DestinationStream, pino } from 'pino'
import type { LogLevel } from '../configuration/config.ts'
import { createLogFile } from './log-file.ts'

/** The part of a logger that the engine and the program use. */
export type Log = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>

const secretFields = new Set([
  'authorization',
  'cookie',
  'password',
  'secret',
  'secrets',
  'token',
  'accessToken',
  'refreshToken',
])

/** One JSON object a line, times in ISO 8601. Default: to standard output. */
export const createJsonLog = (level: LogLevel, destination: DestinationStream = createLogFile(1)): Log =>
  pino(
    {
      level,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: (fields) => redact(fields) },
      serializers: { err: describeError },
    },
    destination,
  )

/** The same fields, secret ones covered, so many levels deep. Of a line without any it makes no copy: pino's own takes 4 µs. */
export const redact = (fields: Record<string, unknown>, levels = 2): Record<string, unknown> => {
  let redacted = fields
  for (const name in fields) {
    const value = fields[name]
    const isDeep = levels > 1 && typeof value === 'object' && value !== null && !(value instanceof Error)
    const shown = secretFields.has(name)
      ? '[redacted]'
      : isDeep
        ? redact(value as Record<string, unknown>, levels - 1)
        : value
    if (shown === value) continue
    if (redacted === fields) redacted = { ...fields }
    redacted[name] = shown
  }
  return redacted
}

/** What an error is, and no more: clients of databases hang their whole connection on it, user and settings included. */
const describeError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { name, message, stack, cause } = error
  const { code } = error as NodeJS.ErrnoException
  return { type: name, message, code, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) }
}
