import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createFakeVigile } from '../fake-vigile.suite.ts'
import { startServer } from '../start-server.ts'
import { startTestSite, type TestSite } from '../test-site.suite.ts'
import { type Answer, listen } from './listen.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const sites: TestSite[] = []
const start = async (...given: Parameters<typeof startTestSite>) => {
  const site = await startTestSite(...given)
  sites.push(site)
  return site
}
afterEach(async () => {
  for (const site of sites.splice(0)) await site.end()
})

const open = (site: TestSite) => {
  const socket = connect(Number(new URL(site.url).port), '127.0.0.1')
  socket.setNoDelay(true)
  return socket
}
const readToEnd = async (socket: Socket) => {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}
const exchange = (site: TestSite, text: string) => {
  const socket = open(site)
  socket.write(text)
  return readToEnd(socket)
}

describe('OPS-4 malformed requests are answered, have a line in the log that names their id, and the server lives on', () => {
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['headers over 16 KiB', `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'two lengths (smuggling)',
      'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
      400,
    ],
    [
      'length and chunks at once (smuggling)',
      'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a bad Host', 'GET / HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n', 400],
    ['a backslash in the path', 'GET /a\\b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['a null byte in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n', 400],
  ])('%s', async (_, text, status) => {
    const site = await start()
    const answer = await exchange(site, text)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json')
    expect(answer.toLowerCase()).toContain('connection: close')
    const [, requestId] = /^x-request-id: (\S+)\r$/im.exec(answer) ?? []
    expect(site.lines).toContainEqual(expect.objectContaining({ requestId, status, message: 'malformed request' }))
    expect((await fetch(`${site.url}/sign-in`)).status).toBe(200)
  })

  test('HTTP/1.1 without Host is refused; HTTP/1.0, as health checks of load balancers speak it, is not', async () => {
    const site = await start()
    expect(await exchange(site, 'GET /sign-in HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
    expect(await exchange(site, 'GET /sign-in HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /)
  })

  test('a client that vanishes in the middle of a request harms nobody', async () => {
    const site = await start()
    const socket = open(site)
    await new Promise((resolve) =>
      socket.write('POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na', resolve),
    )
    socket.resetAndDestroy()
    expect((await fetch(`${site.url}/sign-in`)).status).toBe(200)
  })
})

describe('H-15 Slowloris', () => {
  const limits = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 }
  const patient = async () => {
    const answer: Answer = async (request) => new Response(await request.text())
    const listening = await listen({ host: '127.0.0.1', port: 0 }, { answer, shortWay: () => null }, silent, limits)
    const socket = connect(listening.port, '127.0.0.1')
    return { listening, socket }
  }

  test('headers that trickle in for ever: 408, and the connection ends', async () => {
    const { listening, socket } = await patient()
    socket.write('POST / HTTP/1.1\r\nHost: x\r\n')
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 30)
    socket.on('error', () => {})
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1.1 408 /)
    clearInterval(drip)
    await listening.close(1)
  })

  test('a body that never comes: the connection ends', async () => {
    const { listening, socket } = await patient()
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\na')
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1.1 408 /)
    await listening.close(1)
  })

  test('a connection that says nothing ends as well', async () => {
    const { listening, socket } = await patient()
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1.1 408 /)
    await listening.close(1)
  })
})

describe('a body that is refused while it is still on its way', () => {
  const refusing = (status: number) => {
    const answer: Answer = async () => new Response('{"code":"refused"}', { status })
    return listen({ host: '127.0.0.1', port: 0 }, { answer, shortWay: () => null }, silent)
  }

  test.each([413, 408])(
    '%i: the connection ends, says so, and a client that reads late still reads why',
    async (status) => {
      const listening = await refusing(status)
      const socket = connect(listening.port, '127.0.0.1')
      const bytes = 8_000_000
      socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`)
      // All of it is sent before anything is read, as simple clients do.
      await new Promise((resolve) => socket.write(Buffer.alloc(bytes, 97), resolve))
      const answer = await readToEnd(socket)
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(answer.toLowerCase()).toContain('connection: close')
      expect(answer).toContain('{"code":"refused"}')
      expect(socket.errored).toBeNull()
      await listening.close(1)
    },
  )

  test('one that never comes to its end is cut off', async () => {
    const listening = await refusing(413)
    const socket = connect(listening.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n')
    const drip = setInterval(() => socket.write('a'), 20)
    expect(await readToEnd(socket)).toContain('{"code":"refused"}')
    clearInterval(drip)
    expect(await listening.close(1)).toBe(0)
  })
})

describe('OPS-7 an orderly end', () => {
  const slow = () => {
    let finish = () => {}
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const answer = () =>
      new Promise<Response>((resolve) => {
        finish = () => resolve(new Response('finished'))
        begin()
      })
    return { answer, begun, finish: () => finish() }
  }

  test('requests in flight end, the connection with them; the engine closes last', async () => {
    const work = slow()
    const site = await start({}, { answer: work.answer })
    const answer = fetch(`${site.url}/api/auth/me`)
    await work.begun
    const closed = site.server.close()
    expect(site.fake.calls).toEqual(['startJobs', 'drain'])
    work.finish()
    const response = await answer
    expect([await response.text(), response.headers.get('connection')]).toEqual(['finished', 'close'])
    await closed
    expect(site.fake.calls).toEqual(['startJobs', 'drain', 'close'])
    await expect(fetch(site.url)).rejects.toThrow()
  })

  test('before the end it turns unready and goes on answering, asking clients to come anew', async () => {
    const site = await start({ drainSeconds: 0.3 })
    const closed = site.server.close()
    const answer = await fetch(`${site.url}/sign-in`)
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
    expect(site.fake.calls).toEqual(['startJobs', 'drain'])
    await closed
  })

  test('who has come and was not taken in yet is answered, not reset with the port', async () => {
    const answer = async () => new Response('answered')
    const listening = await listen({ host: '127.0.0.1', port: 0 }, { answer, shortWay: () => null }, silent)
    const answers = Array.from({ length: 100 }, () => {
      const socket = connect(listening.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')
      return readToEnd(socket)
    })
    // The system has connected all of them, and the server none.
    await new Promise((resolve) => process.nextTick(resolve))
    listening.drain()
    const closed = listening.close(30)
    for (const text of await Promise.all(answers)) expect(text).toContain('answered')
    expect(await closed).toBe(0)
  })

  test('an idle connection does not hold it up', async () => {
    const site = await start()
    const socket = open(site)
    socket.write('GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise((resolve) => socket.once('data', resolve))
    await site.server.close()
    expect(site.lines.filter(({ level }) => level === 'warn')).toEqual([])
    socket.destroy()
  })

  test('a request that does not end is cut, and that is said', async () => {
    const work = slow()
    const site = await start({ stopSeconds: 0.1 }, { answer: work.answer })
    const answer = fetch(`${site.url}/api/auth/me`).then(
      () => 'answered',
      () => 'cut',
    )
    await work.begun
    await site.server.close()
    expect(await answer).toBe('cut')
    expect(site.lines).toContainEqual(expect.objectContaining({ level: 'warn', cut: 1 }))
  })

  test('asked twice, it ends once', async () => {
    const site = await start()
    await Promise.all([site.server.close(), site.server.close()])
    expect(site.fake.calls.filter((call) => call === 'close')).toHaveLength(1)
  })
})

describe('the beginning', () => {
  test('OPS-7 who comes before the engine is open waits, and is answered', async () => {
    let open = () => {}
    const ready = () =>
      new Promise<void>((resolve) => {
        open = resolve
      })
    let url = ''
    const createVigile = ({ publicUrl }: { publicUrl: string }) => {
      url = publicUrl
      return createFakeVigile({ ready })
    }
    const starting = startServer({ port: 0, log: silent }, { createVigile })
    await expect.poll(() => url).not.toBe('')
    const early = fetch(`${url}/docs`)
    open()
    const server = await starting
    expect((await early).status).toBe(200)
    await server.close()
  })

  test('an engine that does not open frees the port, is closed, and the error says why', async () => {
    let url = ''
    const fake = createFakeVigile({ ready: () => Promise.reject(new Error('no database')) })
    const createVigile = ({ publicUrl }: { publicUrl: string }) => {
      url = publicUrl
      return fake
    }
    await expect(startServer({ port: 0, log: silent }, { createVigile })).rejects.toThrow('no database')
    expect(fake.calls).toEqual(['close'])
    await expect(fetch(url)).rejects.toThrow()
  })

  test('a busy port is an error, and the engine is not even made', async () => {
    const site = await start()
    const port = Number(new URL(site.url).port)
    await expect(startTestSite({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('AUD-4 an answer of any length', () => {
  const listenTo = async (pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void) => {
    let given = () => {}
    const givenUp = new Promise<void>((resolve) => {
      given = resolve
    })
    const answer = () => new Response(new ReadableStream({ pull, cancel: given }, { highWaterMark: 0 }))
    const server = await listen({ host: '127.0.0.1', port: 0 }, { answer, shortWay: () => null }, silent)
    return { url: `http://127.0.0.1:${server.port}/`, givenUp, close: () => server.close(0) }
  }

  test('is no longer made once the client is gone', async () => {
    const { url, givenUp, close } = await listenTo((controller) => controller.enqueue(Buffer.alloc(65_536)))
    const client = new AbortController()
    const response = await fetch(url, { signal: client.signal })
    await response.body?.getReader().read()
    client.abort()
    await givenUp
    await close()
  })

  test('that breaks off does not look whole', async () => {
    vi.spyOn(console, 'error').mockImplementationOnce(() => {})
    let parts = 0
    const { url, close } = await listenTo((controller) => {
      parts += 1
      if (parts > 10) controller.error(new Error('the database is gone'))
      else controller.enqueue(Buffer.alloc(65_536))
    })
    const read = async () => (await fetch(url)).text()
    await expect(read()).rejects.toThrow()
    await close()
  })
})
