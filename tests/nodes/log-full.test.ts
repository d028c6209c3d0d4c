// A server whose log can't be written (SPEC section 17): it serves, and it ends when it is told to.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { freePort, temporaryFolder } from '../services/place.ts'
import { fetchFrom, newVisitor, vigileProgram } from './node.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

test('S-90 OPS-7 a server whose log lies on a full disk goes on, and ends by SIGTERM', async () => {
  const folder = await temporaryFolder('log-full')
  cleanUps.push(folder.remove)
  const port = await freePort()
  const database = `file:${join(folder.path, 'vigile.db')}`
  const settings = { database, environment: { PORT: String(port), NODE_ENV: 'development', LOG_LEVEL: 'debug' } }
  const { command, args, env } = vigileProgram('start --json', settings)
  const full = openSync('/dev/full', 'a')
  const server = spawn(command, args, { cwd: folder.path, env, stdio: ['ignore', full, 'ignore'] })
  cleanUps.push(() => server.kill('SIGKILL'))
  const node = { fetch: fetchFrom(`http://127.0.0.1:${port}`) }
  await vi.waitFor(
    async () => expect((await node.fetch(new Request('http://localhost/health/ready'))).status).toBe(200),
    { timeout: 200_000, interval: 200 },
  )
  const visitor = newVisitor(() => node)
  expect((await visitor.signUp('ada@example.com')).status).toBe(201)
  expect((await visitor.me()).status).toBe(200)
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 60_000, 'it goes on'))])).toEqual([
    expect.any(Number),
    null,
  ])
}, 300_000)
