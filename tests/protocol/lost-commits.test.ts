// A database that comes back without its last commits: a failover to a replica that lags, a backup that is restored.
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionRow } from '../../engine/src/sessions/store.ts'
import { temporaryFolder } from '../services/place.ts'
import { freshDatabase } from '../services/run.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import type { Reply, Visitor } from '../support/visitor.ts'
import { type Desk, day, type Held, hour, minute, openDesk, operator } from './desk.ts'

/** Refreshes as the client does: after a 409 it asks again, and says what its jar still holds. */
const renew = async (visitor: Visitor, settled?: string, lands = true): Promise<Reply> => {
  const said = settled === undefined ? {} : { settled }
  const first = await visitor.refresh(said, { lands })
  return first.status === 409 ? visitor.refresh({ ...said, retry: first.body.fingerprint }, { lands }) : first
}

describe.each(storeKinds)('on %s', (kind) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(kind)
  })
  afterAll(() => desk?.close())

  const acts = {
    rotation: async ({ visitor }: Held) => {
      desk.site.move(10 * minute)
      expect((await renew(visitor)).status).toBe(200)
    },
    'lost rotation': async ({ visitor }: Held) => {
      desk.site.move(10 * minute)
      expect((await renew(visitor, undefined, false)).status).toBe(200)
    },
    sibling: async ({ visitor }: Held) => {
      desk.site.move(minute)
      expect((await renew(visitor)).body.rotated).toBe(true)
    },
    'lost sibling': async ({ visitor }: Held) => {
      desk.site.move(minute)
      expect((await renew(visitor, undefined, false)).body.rotated).toBe(true)
    },
    ack: async ({ visitor }: Held) => void (await visitor.ack()),
    durable: async ({ visitor, ...held }: Held) => {
      desk.site.move(minute)
      const { generation, issue } = await held.row()
      await visitor.ack({ settled: held.fingerprint(generation, issue) })
    },
  }
  type ActName = keyof typeof acts

  /** The replica has the session as it was so many commits ago; what was revoked stays so. */
  const failOver = async (held: Held, then: SessionRow) => {
    const { id: _, userId: __, expiresAt: ___, revokedAt, revokedReason: ____, ...earlier } = then
    expect(revokedAt).toBeNull()
    expect(await desk.database.sessions.change(await held.row(), earlier, then.lastUsedAt)).toBe(true)
  }

  const lives: readonly (readonly ActName[])[] = [
    ['rotation', 'ack', 'durable'],
    ['rotation', 'ack', 'durable', 'rotation'],
    ['rotation', 'ack', 'durable', 'rotation', 'ack'],
    ['lost rotation', 'sibling', 'ack'],
    ['lost rotation', 'lost sibling', 'sibling', 'ack'],
    ['rotation', 'ack', 'durable', 'lost rotation', 'sibling'],
    ['rotation', 'ack', 'durable', 'lost rotation', 'lost sibling'],
  ]
  const losses = lives.flatMap((life) =>
    [1, 2, 3].flatMap((commits) => (commits <= life.length ? [[commits, life.slice(-commits), life] as const] : [])),
  )

  test.each(losses)('PROTOCOL 8 I5 %i commits are lost, %j: nobody signs in again', async (commits, _, life) => {
    const held = await desk.begin()
    held.hold(3, 0)
    const rows = [await held.row()]
    for (const name of life) {
      await acts[name](held)
      rows.push(await held.row())
    }
    await failOver(held, rows.at(-1 - commits) as SessionRow)
    // The browser knows nothing of it, and goes on as ever: every visit is served, and turns the session in the end.
    for (const pause of [1_000, minute, 10 * minute, 2 * hour, day]) {
      desk.site.move(pause)
      expect((await renew(held.visitor)).status).toBe(200)
      await held.visitor.ack()
      expect((await held.visitor.me()).status).toBe(200)
    }
    const { generation, revokedAt } = await held.row()
    expect(revokedAt).toBeNull()
    expect(generation).toBeGreaterThan(4)
  })

  test('PROTOCOL 8 I6 what was stolen before the failover ends no later than it would have', async () => {
    const held = await desk.begin()
    held.hold(3, 0)
    const then = await held.row()
    const thief = desk.site.visitor()
    thief.jar.restore(held.visitor.jar.snapshot())
    for (const name of ['rotation', 'ack', 'durable'] as const) await acts[name](held)
    await failOver(held, then)
    // To the database the thief's token is the current one again, until the owner shows a later one.
    expect((await renew(held.visitor)).status).toBe(200)
    await acts.durable(held)
    await acts.rotation(held)
    await held.visitor.ack()
    expect((await thief.refresh()).status).toBe(409)
    const caught = await renew(thief)
    expect(caught.body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
  })
})

describe.each(storeKinds)('restored from a backup, on %s', (kind) => {
  const options = (database: string) => ({ database, ...(kind === 'embedded' ? {} : { redis: undefined }) })

  /** A place to keep the database in, and how it is copied while nobody uses it. */
  const newPlace = async () => {
    if (kind !== 'embedded')
      return {
        database: await freshDatabase(),
        copy: (database: string) => freshDatabase(new URL(database).pathname.slice(1)),
        remove: async () => {},
      }
    const folder = await temporaryFolder('backup')
    const [database, backup] = ['vigile.db', 'backup.db'].map((name) => join(folder.path, name)) as [string, string]
    return {
      database: `file:${database}`,
      copy: async () => {
        await copyFile(database, backup)
        return `file:${backup}`
      },
      remove: folder.remove,
    }
  }

  test('PROTOCOL 8 I5 who was signed in stays so; who came later signs in once more; all can be ended', async () => {
    const place = await newPlace()
    const jars: Record<string, Visitor['jar']> = {}
    let moved = 0
    let site: Site | undefined
    const open = async (database: string) => {
      site = await openSite(kind, options(database))
      site.move(moved)
      return site
    }
    const close = async () => {
      await site?.close()
      site = undefined
    }
    const as = (name: string): Visitor => {
      if (!site) throw new Error('no site')
      const visitor = site.visitor()
      const held = jars[name]
      if (held) visitor.jar.restore(held.snapshot())
      jars[name] = visitor.jar
      return visitor
    }
    const pass = (ms: number) => {
      moved += ms
      site?.move(ms)
    }
    try {
      await open(place.database)
      for (const name of ['ada', 'bob']) expect((await as(name).signUp(`${name}@example.com`)).status).toBe(201)
      await close()
      const backup = await place.copy(place.database)

      await open(place.database)
      for (let visits = 0; visits < 12; visits += 1) {
        pass(3 * hour)
        for (const name of ['ada', 'bob']) {
          const { body } = await renew(as(name))
          expect(body.rotated).toBe(true)
          expect((await as(name).ack({ settled: body.fingerprint })).status).toBe(204)
        }
      }
      const copied = site?.visitor() as Visitor
      copied.jar.restore(as('bob').jar.snapshot())
      jars.thief = copied.jar
      expect((await as('bob').post('/api/auth/logout', {})).status).toBe(204)
      expect((await as('eve').signUp('eve@example.com')).status).toBe(201)
      await close()

      await open(backup)
      // Twelve rotations ahead of the row: it is the database that has forgotten.
      expect((await renew(as('ada'))).status).toBe(200)
      expect((await as('ada').me()).status).toBe(200)
      pass(3 * hour)
      const { body } = await renew(as('ada'), undefined)
      expect(body.rotated).toBe(true)
      await as('ada').ack()

      // What began since is unknown, and is cleaned up as every end is.
      const unknown = await as('eve').refresh()
      expect(unknown.body).toMatchObject({ code: 'session_ended', reason: 'unknown' })
      await as('eve').get('/api/auth/csrf')
      expect((await as('eve').post('/api/auth/logout', { only: unknown.body.fingerprint })).status).toBe(204)
      expect(as('eve').cookie('refresh')).toBeUndefined()
      expect((await as('eve').signUp('eve@example.com')).status).toBe(201)

      // A backup revives what was revoked after it: hence who restores one ends all sessions.
      expect((await renew(as('thief'))).status).toBe(200)
      expect(await site?.vigile.sessions.endEveryones(operator)).toEqual({ endedSessions: 3 })
      for (const name of ['ada', 'eve', 'thief'])
        expect((await as(name).refresh()).body).toMatchObject({ code: 'session_ended', reason: 'ended_by_operator' })
    } finally {
      await close()
      await place.remove()
    }
  })
})
