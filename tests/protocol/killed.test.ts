// The server is killed while it answers (SIGKILL, in a process of its own), and another one takes its place.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { fingerprintOf } from '../../engine/src/sessions/refresh-token.ts'
import { temporaryFolder } from '../services/place.ts'
import { type RunningProgram, startProgram } from '../services/process.ts'
import { freshDatabase } from '../services/run.ts'
import { openSite, type StoreKind, storeKinds, testSecret } from '../support/site.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { hour, minute } from './desk.ts'
import type { Moment, Orders } from './process-that-dies.suite.ts'

const publicUrl = 'http://localhost:3000'
const program = join(import.meta.dirname, 'process-that-dies.suite.ts')

const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

const newDatabase = async (kind: StoreKind): Promise<string> => {
  if (kind !== 'embedded') return freshDatabase()
  const folder = await temporaryFolder('killed')
  undo.push(folder.remove)
  return `file:${join(folder.path, 'vigile.db')}`
}

/** A site in this process, on that database. */
const openHere = async (kind: StoreKind, database: string) => {
  const site = await openSite(kind, { database, redis: undefined })
  let isOpen = true
  const close = async () => {
    if (isOpen) await site.close()
    isOpen = false
  }
  undo.push(close)
  return { ...site, close }
}

/** Signed up, with the token on the disk: the next refresh would rotate, were it an hour later. */
const signedUp = async (kind: StoreKind, database: string): Promise<Visitor['jar']> => {
  const site = await openHere(kind, database)
  // Begun two hours ago, so that the server without a clock to move rotates at the first refresh.
  site.move(-2 * hour)
  const visitor = site.visitor()
  expect((await visitor.signUp('ada@example.com')).status).toBe(201)
  await site.close()
  return visitor.jar
}

/** A browser at a server that will kill itself at `moment` of its answer to `path`. */
const visitDoomed = async (jar: Visitor['jar'], orders: Omit<Orders, 'options'>, database: string) => {
  const options = { publicUrl, secrets: testSecret, production: false, database }
  const running: RunningProgram = await startProgram({
    command: process.execPath,
    args: ['--conditions=@vigile/source', program, JSON.stringify({ options, ...orders })],
    ready: /listening on \d+/,
    cwd: join(import.meta.dirname, '../..'),
  })
  undo.push(running.stop)
  const port = /listening on (\d+)/.exec(running.output())?.[1]
  const forward = async (request: Request): Promise<Response> =>
    fetch(request.url.replace(publicUrl, `http://127.0.0.1:${port}`), {
      method: request.method,
      headers: request.headers,
      body: await request.arrayBuffer(),
    })
  const visitor = createVisitor({
    vigile: () => ({ fetch: forward }) as never,
    publicUrl,
    now: Date.now,
    address: '192.0.2.1',
  })
  visitor.jar.restore(jar.snapshot())
  return { visitor, kill: running.kill }
}

/** Nothing was noticed: the browser is signed in, and its session turns as ever. */
const goesOn = async (kind: StoreKind, database: string, jar: Visitor['jar']) => {
  const site = await openHere(kind, database)
  const visitor = site.visitor()
  visitor.jar.restore(jar.snapshot())
  for (const pause of [0, 2 * hour, 2 * hour]) {
    site.move(pause)
    const first = await visitor.refresh()
    const reply = first.status === 409 ? await visitor.refresh({ retry: first.body.fingerprint }) : first
    expect(reply.status).toBe(200)
    expect((await visitor.ack()).status).toBe(204)
    expect((await visitor.me()).status).toBe(200)
  }
  return site
}

/** Nothing can be written until it is let go. */
const stopWriters = async (kind: StoreKind, database: string) => {
  if (kind === 'embedded') {
    const file = new DatabaseSync(database.slice('file:'.length), { timeout: 10_000 })
    file.exec('begin immediate')
    return async () => {
      file.exec('rollback')
      file.close()
    }
  }
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  await client.query('begin')
  await client.query('lock table sessions in share mode')
  return async () => {
    await client.query('rollback')
    await client.end()
  }
}

// Processes start slowly where many do.
describe.each(storeKinds)('on %s', { timeout: 180_000 }, (kind) => {
  test('PROTOCOL 3 I5 before the rotation is committed', async () => {
    const database = await newDatabase(kind)
    const jar = await signedUp(kind, database)
    const { visitor, kill } = await visitDoomed(jar, { path: '/', moment: 'never' }, database)
    const letGo = await stopWriters(kind, database)
    const answer = visitor.refresh().catch(() => 'none')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await kill()
    expect(await answer).toBe('none')
    await letGo()
    await goesOn(kind, database, visitor.jar)
  })

  test.each<[string, Moment]>([
    ['after the rotation is committed, before anything is answered', 'committed'],
    ['in the middle of the answer’s cookies', 'head'],
    ['in the middle of the answer’s body, its cookies arrived', 'body'],
  ])('PROTOCOL 3 I5 %s', async (_, moment) => {
    const database = await newDatabase(kind)
    const jar = await signedUp(kind, database)
    const before = jar.get('vigile_refresh')
    const { visitor } = await visitDoomed(jar, { path: '/api/auth/refresh', moment }, database)
    await expect(visitor.refresh()).rejects.toThrow()
    expect(visitor.jar.get('vigile_refresh') === before).toBe(moment !== 'body')
    await goesOn(kind, database, visitor.jar)
  })

  test('PROTOCOL 3 PROTOCOL 7 I1 H-11 reuse was found, and the server died before it said so: the session is over', async () => {
    const database = await newDatabase(kind)
    const jar = await signedUp(kind, database)
    const site = await openHere(kind, database)
    const owner = site.visitor()
    owner.jar.restore(jar.snapshot())
    for (let times = 0; times < 2; times += 1) {
      const { body } = await owner.refresh()
      expect(body.rotated).toBe(true)
      await owner.ack({ settled: body.fingerprint })
      site.move(minute)
    }
    await site.close()
    const { visitor: thief } = await visitDoomed(jar, { path: '/api/auth/refresh', moment: 'committed' }, database)
    await expect(thief.refresh({ retry: fingerprintOf(jar.get('vigile_refresh') ?? '') })).rejects.toThrow()
    const later = await openHere(kind, database)
    for (const each of [owner.jar, thief.jar]) {
      const visitor = later.visitor()
      visitor.jar.restore(each.snapshot())
      expect((await visitor.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
    }
  })

  test('PROTOCOL 3 H-12 I11 a sign-out that was not committed: nobody heard that it was done, and asked again it is', async () => {
    const database = await newDatabase(kind)
    const jar = await signedUp(kind, database)
    const { visitor, kill } = await visitDoomed(jar, { path: '/', moment: 'never' }, database)
    const letGo = await stopWriters(kind, database)
    const answer = visitor.post('/api/auth/logout', {}).catch(() => 'none')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await kill()
    expect(await answer).toBe('none')
    await letGo()
    const site = await openHere(kind, database)
    const again = site.visitor()
    again.jar.restore(visitor.jar.snapshot())
    expect((await again.post('/api/auth/logout', {})).status).toBe(204)
    again.jar.restore(visitor.jar.snapshot())
    expect((await again.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
  })
})
