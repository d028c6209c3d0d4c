import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseAnswer, requestText } from './measure/load.ts'
import { parseMemory, parseStat } from './measure/process-cost.ts'
import { summarize } from './measure/rounds.ts'
import { median, percentile } from './measure/statistics.ts'
import { readOptions } from './options.ts'
import { peers } from './peers/peers.ts'
import { cookiesOf } from './people.ts'
import { intoReadme } from './readme.ts'
import { tableOf } from './row.ts'

describe('arithmetic', () => {
  test('the middle one, of even numbers and of none', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  test('a percentile is one of the values', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile(hundred, 0.5)).toBe(50)
    expect(percentile([7], 0.99)).toBe(7)
    expect(percentile([], 0.5)).toBeNaN()
  })

  test('rounds: the least CPU time, with its spread; the middle of what is no cost', () => {
    const round = (cpuMicros: number, p99Ms: number) => ({
      ...{ cpuMicros, p99Ms, postgresMicros: cpuMicros / 2, redisMicros: 0 },
      ...{ requests: 1, refused: 0, perSecond: 1000 / cpuMicros, p50Ms: 0 },
    })
    expect(summarize({ rounds: [round(20, 3), round(10, 1), round(40, 2)] })).toEqual({
      cpuMicros: { least: 10, middle: 20, most: 40 },
      postgresMicros: 5,
      redisMicros: 0,
      p99Ms: 2,
      perSecond: 50,
    })
  })
})

describe('what is read', () => {
  test('CPU time and parent of a process whose name tries to confuse', () => {
    const rest = 'S 42 1 1 0 -1 4194560 100 200 0 0 12 3 40 5 20 0 11 0 100 1000 200'
    expect(parseStat(`7 (a) b (c)) ${rest}`)).toEqual({ parent: 42, own: 150_000, ended: 450_000 })
  })

  test('memory now and at its most', () => {
    expect(parseMemory('Name:\tnode\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n')).toEqual({ now: 100, peak: 200 })
  })

  test('an answer is whole by its length, by its last chunk, or without a body', () => {
    expect(parseAnswer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh')).toBeNull()
    expect(parseAnswer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')).toMatchObject({ status: 200, body: 'hi' })
    expect(parseAnswer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n')).toBeNull()
    expect(parseAnswer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n')?.status).toBe(200)
    expect(parseAnswer('HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n')?.status).toBe(204)
    expect(parseAnswer('HTTP/1.1 200 OK\r\nContent-Le')).toBeNull()
  })

  test('a request is what HTTP wants, with a length where it changes something', () => {
    expect(requestText('GET', '/a', { Accept: '*/*' })).toBe(
      'GET /a HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n',
    )
    expect(requestText('POST', '/b', {}, 'é')).toBe('POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\né')
  })

  test('cookies of an answer', () => {
    const head = 'HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: __Host-b=x.y\r\nContent-Length: 0'
    expect(cookiesOf(head)).toEqual({ a: '1', '__Host-b': 'x.y' })
  })

  test('options', () => {
    expect(readOptions(['--only', 'check,start', '--rounds', '2'])).toMatchObject({
      only: ['check', 'start'],
      rounds: 2,
    })
    expect(readOptions(['--quick'])).toMatchObject({ rounds: 1, sessions: 2000, entries: 2000, write: false })
    expect(readOptions(['--help'])).toBe('help')
    expect(() => readOptions(['--only', 'chek'])).toThrow('there is no "chek"')
    expect(() => readOptions(['--rounds', 'many'])).toThrow('--rounds')
  })
})

test('the table stands between its marks, and what stood there is gone', () => {
  const page = 'a\n<!-- figures -->\nold\n<!-- end of figures -->\nb\n'
  expect(intoReadme(page, 'new')).toBe('a\n<!-- figures -->\nnew\n<!-- end of figures -->\nb\n')
  expect(() => intoReadme('a', 'new')).toThrow('lacks')
})

test('a row is told beside the floor', () => {
  const summary = (least: number) => ({
    ...{ cpuMicros: { least, middle: least, most: least }, postgresMicros: 0, redisMicros: 0, p99Ms: 1 },
    perSecond: 1000 / least,
  })
  const table = tableOf([{ what: 'check', summary: summary(30), aim: '2 ×', reached: '1.5 ×' }], summary(20))
  expect(table.split('\n').at(-1)).toBe('| check | 30 (30–30) | 1.5 | 0.67 | 1.0 |  |  |  |  | 2 × | 1.5 × |')
})

test('each peer has its server, its package is locked, and what it is asked names the session that it is given', () => {
  const folder = `${import.meta.dirname}/peers`
  const { packages } = JSON.parse(readFileSync(`${folder}/package-lock.json`, 'utf8')) as { packages: object }
  for (const peer of peers) {
    expect(existsSync(`${folder}/servers/${peer.file}`), peer.file).toBe(true)
    expect(Object.keys(packages)).toContain(`node_modules/${peer.package}`)
    const held = { token: 'its-session' }
    for (const text of [peer.check?.(held), peer.refresh?.request(held)])
      expect(text ?? 'its-session').toContain('its-session')
    expect(peer.signIn?.request('her@example.com', {}) ?? 'example.com').toContain('example.com')
  }
  const [own, other] = ['a', 'b'].map((value) => ({ head: `HTTP/1.1 200 OK\r\nSet-Cookie: sid=${value}`, body: '{}' }))
  const { held } = peers.find(({ file }) => file === 'express-session.mjs')?.refresh ?? {}
  expect([own, other].map((answer) => answer && held?.(answer, { sid: '' }))).toEqual([{ sid: 'a' }, { sid: 'b' }])
  expect(held?.({ head: 'HTTP/1.1 200 OK', body: '' }, { sid: '' })).toBeNull()
})

test('it runs, and every line of its table is there', async () => {
  const small = ['--quick', '--quiet', '--seconds', '0.2', '--sessions', '100', '--connections', '2']
  const only = ['--only', 'refresh,search']
  const { stdout } = await promisify(execFile)(process.execPath, [`${import.meta.dirname}/run.ts`, ...small, ...only])
  const whats = stdout.split('\n').flatMap((line) => /^\| ([^|]+) \|/.exec(line)?.[1] ?? [])
  const searches = ['1,000', '2,000'].map((count) => `the 10 newest failures of one address, of ${count} entries`)
  expect(whats).toEqual([
    'what',
    '---',
    'bare node:http',
    expect.stringContaining('refresh with rotation'),
    ...searches,
  ])
}, 480_000)
