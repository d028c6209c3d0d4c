import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createJsonLog, type Log } from './log.ts'
import { createTerminalLog } from './terminal-log.ts'

const written = (make: (to: Writable) => Log, write: (log: Log) => void) => {
  let text = ''
  const to = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString()
      done()
    },
  })
  write(make(to))
  return text
}
const json = (write: (log: Log) => void, level: 'info' | 'warn' = 'info') =>
  written((to) => createJsonLog(level, to), write)
const terminal = (write: (log: Log) => void) => written((to) => createTerminalLog('info', to, false), write)

describe('OPS-4 the log in JSON', () => {
  test('is one object a line, with level, time and message', () => {
    const line = JSON.parse(json((log) => log.info({ requestId: 'r', status: 200 }, 'request')))
    expect(line).toMatchObject({ level: 'info', msg: 'request', requestId: 'r', status: 200 })
    expect(new Date(line.time).toISOString()).toBe(line.time)
  })

  test('below its level nothing is written', () => {
    expect(json((log) => log.info({}, 'quiet'), 'warn')).toBe('')
  })

  test('a secret that reaches a field by mistake is covered', () => {
    const text = json((log) => log.warn({ password: 'p1', body: { token: 't1', email: 'e' }, cookie: 'c1' }, 'x'))
    expect(text).not.toMatch(/p1|t1|c1/)
    expect(JSON.parse(text)).toMatchObject({ password: '[redacted]', body: { token: '[redacted]', email: 'e' } })
  })

  test('an error is its type, message, code and stack: not the connection that its maker hung on it', () => {
    const error = Object.assign(new Error('gone', { cause: new Error('why') }), {
      code: 'ECONNRESET',
      client: { connectionParameters: { user: 'u', password: 'p1' } },
    })
    const { err } = JSON.parse(json((log) => log.error({ err: error }, 'x')))
    expect(err).toMatchObject({ type: 'Error', message: 'gone', code: 'ECONNRESET', cause: { message: 'why' } })
    expect(Object.keys(err).toSorted()).toEqual(['cause', 'code', 'message', 'stack', 'type'])
  })
})

describe('the log at a terminal', () => {
  test('S-90 what a client sent forges neither lines nor colours', () => {
    const text = terminal((log) =>
      log.info({ path: '/a\n12:00:00 error forged \u001b[31m', err: new Error('b\nc') }, 'odd'),
    )
    expect(text.split('\n').filter((line) => line.includes('forged') || line.startsWith('c'))).toHaveLength(1)
    expect(text).not.toContain('\u001b')
    const request = terminal((log) =>
      log.info({ method: 'GET', path: '/a\u001b', status: 200, ms: 2.5, ip: '::1' }, 'request'),
    )
    expect(request.slice(8)).toBe(' info  GET /a\\x1b 200 2.5 ms\n')
    expect(text).toMatch(/^\d\d:\d\d:\d\d info {2}odd path=\/a\\x0a12:00:00/)
  })
})
