// Fifty people work while their database goes away and comes back. Rotations are under way at every moment: whether one was
// committed nobody knows, and nobody may be out for it (I5).
import { setTimeout as pause } from 'node:timers/promises'
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type PostgresServer, startPostgres } from '../services/postgres.ts'
import { openSite, type Site } from '../support/site.ts'
import { createVisitor, type Reply, type Visitor } from '../support/visitor.ts'

const clients = 50
const enough = { timeout: 60_000, interval: 50 }

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.stop())

/** A client that keeps to the protocol, and works until it is told to stop. */
const createClient = (visitor: Visitor) => {
  const seen = { done: 0, refused: 0, rotated: 0, wrong: [] as string[] }
  let working = true
  const note = (act: string, reply: Reply) => {
    if (reply.status === 503 && reply.headers.get('retry-after') === '2') seen.refused += 1
    else if (reply.status >= 300) seen.wrong.push(`${act}: ${reply.status} ${reply.text}`)
    return reply.status < 300
  }
  const renew = async () => {
    const reply = await visitor.refresh()
    if (!note('refresh', reply)) return false
    if (reply.body.rotated) seen.rotated += 1
    const { fingerprint } = reply.body
    return note('ack', await visitor.ack({ settled: fingerprint })) && note('me', await visitor.me())
  }
  const work = async () => {
    while (working) {
      if (await renew()) seen.done += 1
      await pause(20 + Math.random() * 80)
    }
  }
  const running = work()
  return {
    visitor,
    seen,
    stop: async () => {
      working = false
      await running
    },
  }
}

const signUp = async (site: Site, patient: Vigile, each: number) => {
  const { publicUrl, now } = site
  const elsewhere = createVisitor({ vigile: () => patient, publicUrl, now, address: `203.0.113.${each}` })
  const visitor = site.visitor()
  const { status, body } = await elsewhere.signUp(`client${each}@example.com`)
  expect(status).toBe(201)
  expect((await elsewhere.ack({ settled: body.fingerprint })).status).toBe(204)
  visitor.jar.restore(elsewhere.jar.snapshot())
  return { visitor, sessionId: body.session.id as string }
}

test.each([
  ['crashed', () => postgres.kill(), () => postgres.restart()],
  ['stopped in order', () => postgres.halt(), () => postgres.restart()],
  ['frozen', async () => postgres.pause(), async () => postgres.resume()],
] as const)(
  'S-90 I5 PostgreSQL is %s under fifty clients: all come back by themselves, nobody was told 401, nobody lost a session',
  { timeout: 240_000 },
  async (_, down, up) => {
    const database = await createDatabase(postgres.url)
    const rules = { refreshToken: null, ackToken: null, refreshIp: null, read: null }
    const site = await openSite('PostgreSQL and Redis', {
      database,
      limits: { rules },
      sessions: { protocol: { giveUp: 8 } },
    })
    let isUp = true
    try {
      const patient = await site.node({ sessions: {} })
      const people: Awaited<ReturnType<typeof signUp>>[] = []
      // Few at a time: a busy machine must not refuse them.
      while (people.length < clients)
        people.push(...(await Promise.all([0, 1].map((each) => signUp(site, patient, people.length + each)))))
      site.move(61_000)
      const crowd = people.map(({ visitor }) => createClient(visitor))
      const all = (what: 'done' | 'refused' | 'rotated', more: number) => {
        const before = crowd.map(({ seen }) => seen[what])
        const missing = () => crowd.filter(({ seen }, index) => seen[what] < (before[index] ?? 0) + more).length
        return expect.poll(missing, enough).toBe(0)
      }
      await all('rotated', 1)
      // Everybody's next refresh rotates, and some of those are under way.
      site.move(61_000)
      isUp = false
      await down()
      await all('refused', 1)
      await up()
      isUp = true
      await all('done', 1)
      site.move(61_000)
      await all('rotated', 1)
      await Promise.all(crowd.map((client) => client.stop()))
      expect(crowd.flatMap(({ seen }) => seen.wrong)).toEqual([])
      for (const { visitor, sessionId } of people) {
        const { status, body } = await visitor.get('/api/auth/sessions')
        expect([status, body.sessions.length, body.sessions[0]?.id]).toEqual([200, 1, sessionId])
      }
    } finally {
      if (!isUp) await up()
      await site.close()
    }
  },
)
