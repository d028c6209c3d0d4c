// Log lines for a person at a terminal: time, what happened, then the fields.
import type { Writable } from 'node:stream'
import { type LogLevel, logLevels } from '../configuration/config.ts'
import type { Log } from './log.ts'

const colours = { debug: 90, info: 36, warn: 33, error: 31 } as const

export const createTerminalLog = (level: LogLevel, output: Writable, colour: boolean): Log => {
  const least = logLevels.indexOf(level)
  const at = (name: keyof typeof colours) => (fields: object, message: string) => {
    if (logLevels.indexOf(name) < least) return
    const time = new Date().toTimeString().slice(0, 8)
    const label = colour ? `\x1b[${colours[name]}m${name.padEnd(5)}\x1b[0m` : name.padEnd(5)
    output.write(
      `${time} ${label} ${message === 'request' ? formatRequest(fields) : printable(message) + formatFields(fields)}\n`,
    )
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** The one line that comes all the time: what a developer looks for, and no more. */
const formatRequest = ({ method, path, status, ms }: Partial<Record<'method' | 'path' | 'status' | 'ms', unknown>>) =>
  printable(`${method} ${path} ${status} ${ms} ms`)

const formatFields = (fields: object): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => ` ${name}=${formatValue(value)}`)
    .join('')

const formatValue = (value: unknown): string => {
  if (value instanceof Error)
    return (value.stack ?? value.message)
      .split(/\n(?= {4}at )/)
      .map(printable)
      .join('\n')
  return typeof value === 'string' ? printable(value) : printable(JSON.stringify(value) ?? String(value))
}

/** What a client sent may reach a field: no line ends or escape codes of its own on our terminal (S-90). */
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
