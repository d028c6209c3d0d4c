import { afterEach, describe, expect, test, vi } from 'vitest'
import { readJson } from './body.ts'

const limit = 64 * 1024
const request = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request('https://shop.example.com/', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    // The types of the browser do not know it; Node wants it for streams.
    ...{ duplex: 'half' },
  })
const read = (body: BodyInit | null, headers?: Record<string, string>) => readJson(request(body, headers), limit)
const chunked = (...chunks: Uint8Array[]) =>
  new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
const bytes = (text: string) => new TextEncoder().encode(text)

afterEach(() => {
  vi.useRealTimers()
})

describe('VAL-1 a body is JSON within bounds', () => {
  test.each([
    ['none', null],
    ['an empty one', ''],
    ['an empty stream', chunked()],
  ])('%s is an empty object', async (_, body) => {
    expect(await read(body)).toEqual({ ok: true, value: {} })
  })

  test.each([
    ['plain', '{"a":1}', 'application/json'],
    ['with a charset', '{"a":1}', 'application/json; charset=utf-8'],
    ['in other letters', '{"a":1}', 'Application/JSON'],
    ['behind a byte order mark (RFC 8259 section 8.1)', '\ufeff{"a":1}', 'application/json'],
  ])('%s', async (_, body, type) => {
    expect(await read(body, { 'content-type': type })).toEqual({ ok: true, value: { a: 1 } })
  })

  test.each([
    ['half an object', '{"email":'],
    ['a comment', '{} // x'],
    ['single quotes', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['two values', '{}{}'],
    ['a form', 'email=a&password=b'],
    ['XML with an entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
    ['a null byte', '{}\0'],
  ])('%s is not JSON', async (_, body) => {
    expect(await read(body)).toEqual({ ok: false, error: 'not_json' })
  })

  test.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('%s is not UTF-8', async (_, data) => {
    expect(await read(new Uint8Array(data))).toEqual({ ok: false, error: 'not_utf8' })
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/jsonp',
    'application/problem+json',
    'application/json, text/plain',
    '',
  ])('S-54 a simple or wrong content type is refused: "%s"', async (type) => {
    expect(await read('{"a":1}', { 'content-type': type })).toEqual({ ok: false, error: 'unsupported_media_type' })
  })

  test('64 KiB are read, and a byte more is refused, announced or not', async () => {
    const exact = `"${'a'.repeat(limit - 2)}"`
    expect(await read(exact)).toMatchObject({ ok: true })
    expect(await read(`${exact} `)).toEqual({ ok: false, error: 'payload_too_large' })
    expect(await read(chunked(bytes(exact), bytes(' ')))).toEqual({ ok: false, error: 'payload_too_large' })
    expect(await read('{}', { 'content-length': String(limit + 1) })).toEqual({ ok: false, error: 'payload_too_large' })
    expect(await read('{}', { 'content-length': '1e9' })).toEqual({ ok: false, error: 'payload_too_large' })
  })

  test('a length that lies does not help', async () => {
    const big = chunked(...Array.from({ length: 100 }, () => new Uint8Array(1024).fill(0x20)))
    expect(await read(big, { 'content-length': '2' })).toEqual({ ok: false, error: 'payload_too_large' })
    expect(await read('{}', { 'content-length': 'x' })).toEqual({ ok: true, value: {} })
  })

  test('what is too long is not read to its end', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled += 1
        controller.enqueue(new Uint8Array(16_384))
      },
    })
    expect(await read(endless)).toEqual({ ok: false, error: 'payload_too_large' })
    expect(pulled).toBeLessThan(10)
  })

  test('brackets 64 KiB deep harm nobody', async () => {
    expect(await read('['.repeat(limit))).toEqual({ ok: false, error: 'not_json' })
    expect(await read('['.repeat(limit / 2) + ']'.repeat(limit / 2))).toMatchObject({ ok: true })
  })
})

describe('H-15 slow and broken senders', () => {
  test('a body that trickles is given up after ten seconds in all', async () => {
    vi.useFakeTimers()
    let sent = 0
    let cancelled = false
    const trickle = new ReadableStream({
      pull: async (controller) => {
        await new Promise((resolve) => setTimeout(resolve, 900))
        sent += 1
        controller.enqueue(bytes(' '))
      },
      cancel: () => {
        cancelled = true
      },
    })
    const reading = read(trickle)
    await vi.advanceTimersByTimeAsync(9_999)
    expect(sent).toBe(11)
    await vi.advanceTimersByTimeAsync(2)
    expect(await reading).toEqual({ ok: false, error: 'request_timeout' })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(cancelled).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a sender that goes away in the middle is no fault of ours', async () => {
    const broken = new ReadableStream({
      start: (controller) => {
        controller.enqueue(bytes('{"a'))
        controller.error(new Error('socket hang up'))
      },
    })
    expect(await read(broken)).toEqual({ ok: false, error: 'request_timeout' })
  })
})
