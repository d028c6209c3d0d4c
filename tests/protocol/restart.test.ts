// What was decided holds after a restart (H-10): nothing of it lives in memory alone.
import { join } from 'node:path'
import { createTestVigile } from '@vigile/engine/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { freshDatabase } from '../services/run.ts'
import { storeKinds, testSecret } from '../support/site.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { hour, operator } from './desk.ts'

const publicUrl = 'http://localhost:3000'

describe.each(storeKinds)('on %s', (kind) => {
  let folder: Folder | undefined
  let running: ReturnType<typeof createTestVigile> | undefined
  let offset = 0
  afterEach(async () => {
    await running?.vigile.close()
    await folder?.remove()
    running = undefined
    folder = undefined
    offset = 0
  })

  const start = async (database: string) => {
    running = createTestVigile({
      publicUrl,
      secrets: testSecret,
      production: false,
      database,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    })
    running.clock.move(offset)
    if (kind !== 'embedded') await running.vigile.migrate()
    await running.vigile.ready()
  }
  const place = async () => {
    if (kind !== 'embedded') return freshDatabase()
    folder = await temporaryFolder('restart')
    return `file:${join(folder.path, 'vigile.db')}`
  }
  const restart = async (database: string) => {
    await running?.vigile.close()
    await start(database)
  }
  const move = (ms: number) => {
    offset += ms
    running?.clock.move(ms)
  }
  const vigile = () => {
    if (!running) throw new Error('nothing runs')
    return running.vigile
  }
  const newVisitor = (): Visitor =>
    createVisitor({ vigile, publicUrl, now: () => Date.now() + offset, address: '192.0.2.1' })
  const copyOf = (visitor: Visitor): Visitor => {
    const copy = newVisitor()
    copy.jar.restore(visitor.jar.snapshot())
    return copy
  }

  test('H-10 S-33 what was signed out stays so', async () => {
    const database = await place()
    await start(database)
    const visitor = newVisitor()
    await visitor.signUp('ada@example.com')
    const thief = copyOf(visitor)
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    await restart(database)
    expect((await thief.me()).status).toBe(401)
    expect((await thief.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
  })

  test('H-10 S-67 a token that was rotated away is stale, and its reuse is found', async () => {
    const database = await place()
    await start(database)
    const visitor = newVisitor()
    await visitor.signUp('ada@example.com')
    const thief = copyOf(visitor)
    move(2 * hour)
    const { body } = await visitor.refresh()
    expect(body.rotated).toBe(true)
    expect((await visitor.ack({ settled: body.fingerprint })).status).toBe(204)
    await restart(database)
    const stale = await thief.refresh()
    expect(stale.status).toBe(409)
    expect((await thief.refresh({ retry: stale.body.fingerprint })).body).toMatchObject({ reason: 'reuse' })
    await restart(database)
    for (const one of [visitor, thief]) expect((await one.refresh()).body).toMatchObject({ reason: 'reuse' })
  })

  test('H-10 I5 who lives goes on living, and a lost answer is found again', async () => {
    const database = await place()
    await start(database)
    const visitor = newVisitor()
    await visitor.signUp('ada@example.com')
    move(2 * hour)
    const lost = await visitor.refresh({}, { lands: false })
    await restart(database)
    const again = await visitor.refresh()
    expect(again.body.fingerprint).toBe(lost.body.fingerprint)
    expect((await visitor.me()).status).toBe(200)
  })

  test('H-10 an operator’s end holds as well', async () => {
    const database = await place()
    await start(database)
    const visitor = newVisitor()
    await visitor.signUp('ada@example.com')
    await vigile().sessions.endEveryones(operator)
    await restart(database)
    expect((await visitor.refresh()).body).toMatchObject({ reason: 'ended_by_operator' })
  })
})
