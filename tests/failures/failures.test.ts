// What happens when a part is down (SPEC section 17), with real servers and a real full disk. Whatever is down: no answer
// says that a session is over (401), every 503 says when to ask again, nothing is granted that could not be checked, and
// all comes back by itself.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type PostgresServer, startPostgres } from '../services/postgres.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { type Ground, prepare } from './faults.ts'
import { openScene, type Person, refreshLimit, type Scene, soon, statusesOf } from './scene.ts'
import { expectationOf, type Row, readTable } from './table.ts'
import { holdTime } from './time.ts'

const table = readTable(`
  | down                 | how                 | session check    | refresh | sign-in, sign-up | revoke        | limits          | /health/ready |
  |----------------------|---------------------|------------------|---------|------------------|---------------|-----------------|---------------|
  | PostgreSQL           | stopped             | memory, then 503 | 503     | 503              | 503           | go on           | 503           |
  | PostgreSQL           | crashed             | memory, then 503 | 503     | 503              | 503           | go on           | 503           |
  | PostgreSQL           | paused              | memory, then 503 | 503     | 503              | 503           | go on           | 503           |
  | PostgreSQL           | refuses connections | memory, then 503 | 503     | 503              | 503           | go on           | 503           |
  | PostgreSQL           | pool run dry        | memory, then 503 | 503     | 503              | 503           | go on           | 503           |
  | PostgreSQL           | takes no writes     | goes on          | 503     | 503              | 503 and alarm | go on           | 503           |
  | PostgreSQL           | a standby that lags | memory, then 503 | 503     | 503              | 503           | go on           | 503           |
  | PostgreSQL           | the same, pooled    | memory, then 503 | 503     | 503              | 503           | go on           | 503           |
  | PostgreSQL           | restarted           | soon             | soon    | soon             | soon          | go on           | soon          |
  | PostgreSQL, no Redis | stopped             | 503              | 503     | 503              | 503           | go on           | 503           |
  | Redis                | stopped             | asks PostgreSQL  | goes on | goes on          | goes on       | per node, alert | 200, degraded |
  | Redis                | crashed             | asks PostgreSQL  | goes on | goes on          | goes on       | per node, alert | 200, degraded |
  | Redis                | paused              | asks PostgreSQL  | goes on | goes on          | goes on       | per node, alert | 200, degraded |
  | Redis                | refuses connections | asks PostgreSQL  | goes on | goes on          | goes on       | per node, alert | 200, degraded |
  | Redis                | memory full         | goes on          | goes on | goes on          | goes on       | per node, alert | 200, degraded |
  | Redis                | restarted           | soon             | soon    | soon             | soon          | soon            | soon          |
  | PostgreSQL and Redis | stopped             | 503              | 503     | 503              | 503           | per node, alert | 503           |
  | PostgreSQL and Redis | paused              | 503              | 503     | 503              | 503           | per node, alert | 503           |
  | Disk (embedded)      | full                | goes on          | 503     | 503              | 503 and alarm | go on           | 503           |
`)

let postgres: PostgresServer
let time: ReturnType<typeof holdTime>
beforeAll(async () => {
  time = holdTime()
  postgres = await startPostgres()
})
afterAll(async () => {
  vi.restoreAllMocks()
  await postgres?.stop()
})

test.for(table)('S-90 I11 H-12 LIM-5 TOK-6 $part: $how', { timeout: 180_000 }, async (row, { skip }) => {
  const ground = await prepare(row.part, row.how, postgres)
  if (!ground) return skip('a small disk can only be mounted by root')
  const scene = await openScene(ground)
  try {
    await play(row, ground, scene)
  } finally {
    time.age(0)
    await ground.end()
    await scene.close()
    await ground.remove()
  }
})

const play = async (row: Row, ground: Ground, scene: Scene) => {
  const people = await gather(scene)
  await ready(scene)
  time.stop()
  await expect.poll(() => check(scene, people.held), { timeout: 20_000 }).toEqual(checked)
  if (scene.other) expect((await scene.atOther(people.gone).me()).status).toBe(200)
  const stolen = scene.stolen(people.out)
  expect((await people.out.post('/api/auth/logout', {})).status).toBe(204)

  await ground.begin()
  if (row.check === 'memory, then 503') expect(await check(scene, people.held)).toEqual(checked)
  time.age(5_001)
  await Promise.all([
    expectationOf(checks, row.check)(scene, people),
    expectationOf(refreshes, row.refresh)(scene, people),
    expectationOf(signIns, row.signIn)(scene, people),
    expectationOf(revocations, row.revoke)(scene, people),
    expectationOf(counts, row.limits)(scene, people),
    expectationOf(healths, row.ready)(scene, people),
    neverIn(stolen),
  ])
  await ground.end()
  await ready(scene)
  for (const { me, refresh } of [people.held, people.unheld, people.refreshing, people.acking, people.returning]) {
    await soon(me)
    await soon(refresh)
  }
  // A 503 leaves open whether it was done. Whoever asks again is out for good.
  for (const { post, jar } of [people.leaving, people.leavingAll, people.ending, people.changing]) {
    await soon(() => post('/api/auth/logout', {}))
    expect(jar.all().map(({ name }) => name)).toEqual(['vigile_device'])
  }
  await soon(() => scene.visitor().signUp('newcomer@example.com'))
  expect(scene.wrong).toEqual([])
  expect(scene.site.log.filter(({ message }) => message.startsWith('a fault'))).toEqual([])
}

/** One for each act, so that none is in the other's way. */
const roles = [
  'held',
  'unheld',
  'refreshing',
  'acking',
  'returning',
  'busy',
  'gone',
  'leaving',
  'leavingAll',
  'ending',
  'changing',
  'ended',
  'out',
] as const
type People = Readonly<Record<(typeof roles)[number], Person>>

const gather = async (scene: Scene): Promise<People> => {
  const people: Record<string, Person> = {}
  for (const role of roles) people[role] = await scene.person(role !== 'acking')
  scene.rotationDue()
  return people as People
}

/** Whose session was over before anything went down. */
const neverIn = async (stolen: Visitor) => {
  for (const status of await statusesOf([stolen.me(), stolen.refresh(), stolen.get('/api/auth/sessions')]))
    expect([401, 503]).toContain(status)
}

type Act = (scene: Scene, people: People) => Promise<void>

const ready = (scene: Scene) =>
  expect
    .poll(async () => (await scene.visitor().get('/health/ready')).body, { timeout: 40_000, interval: 50 })
    .toMatchObject({ status: 'ok' })

/** What a request, one on the short way, a page, and a proxy that asks (`forward`) learn of a session. */
const check = async ({ site }: Scene, person: Visitor) => {
  const cookie = person.jar
    .for('/')
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
  const request = new Request(`${site.publicUrl}/page`, { headers: { cookie } })
  const asked = { method: 'GET', url: '/api/auth/me', headers: { cookie, host: 'localhost:3000' } }
  const [long, short, { state }, forward, shortForward] = await Promise.all([
    person.me(),
    site.vigile.shortWay(asked, { address: person.address }),
    site.vigile.pageState(request, '/page'),
    person.get('/api/auth/forward'),
    site.vigile.shortWay({ ...asked, url: '/api/auth/forward' }, { address: person.address }),
  ])
  return [long.status, short?.status, state, forward.status, shortForward?.status]
}
const checked = [200, 200, 'signed_in', 204, 204]
const unchecked = [503, 503, 'unknown', 503, 503]

const bothUnchecked: Act = async (scene, { held, unheld }) => {
  const others = statusesOf(['/api/auth/sessions', '/api/auth/csrf'].map((path) => unheld.get(path)))
  expect(await Promise.all([check(scene, held), check(scene, unheld)])).toEqual([unchecked, unchecked])
  expect(await others).toEqual([503, 503])
}
const checks: Record<string, Act> = {
  'memory, then 503': bothUnchecked,
  '503': bothUnchecked,
  'goes on': async (scene, { held, unheld }) => {
    expect(await Promise.all([check(scene, held), check(scene, unheld)])).toEqual([checked, checked])
    expect((await held.get('/api/auth/sessions')).status).toBe(200)
  },
  // The other node held this session a moment ago, and can't be told: it must not believe its memory.
  'asks PostgreSQL': async (scene, { held, unheld, gone }) => {
    expect(await Promise.all([check(scene, held), check(scene, unheld)])).toEqual([checked, checked])
    const there = scene.atOther(gone)
    expect((await gone.post('/api/auth/logout', {})).status).toBe(204)
    expect((await there.me()).status).toBe(401)
  },
  soon: async (_, { held, unheld }) => void (await Promise.all([soon(held.me), soon(unheld.me)])),
}

const refreshes: Record<string, Act> = {
  '503': async (_, { refreshing, acking }) => {
    const jars = [refreshing, acking].map(({ jar }) => jar.snapshot())
    expect(await statusesOf([refreshing.refresh(), acking.ack()])).toEqual([503, 503])
    expect([refreshing, acking].map(({ jar }) => jar.snapshot())).toEqual(jars)
  },
  'goes on': async (_, { refreshing, acking }) => {
    expect((await refreshing.refresh()).body).toMatchObject({ rotated: true })
    expect((await acking.ack()).status).toBe(204)
  },
  soon: async (_, { refreshing, acking }) => void (await Promise.all([soon(refreshing.refresh), soon(acking.ack)])),
}

const signIns: Record<string, Act> = {
  '503': async ({ visitor }, { returning: { email } }) => {
    const asked = [
      visitor().signIn(email),
      // A failure that can't be put on record is not answered as one.
      visitor().signIn(email, 'no-quiet-harbour-41'),
      visitor().signIn('nobody@example.com'),
      visitor().signUp('new@example.com'),
    ]
    expect(await statusesOf(asked)).toEqual([503, 503, 503, 503])
  },
  'goes on': async ({ visitor }, { returning: { email } }) => {
    expect(await statusesOf([visitor().signIn(email), visitor().signUp('new@example.com')])).toEqual([200, 201])
  },
  soon: async ({ visitor }, { returning: { email } }) => {
    await Promise.all([soon(() => visitor().signIn(email)), soon(() => visitor().signUp('new@example.com'))])
  },
}

const newPassword = 'another-quiet-lantern-43'
const revoke = ({ leaving, leavingAll, ending, changing }: People): readonly Promise<Reply>[] => [
  leaving.post('/api/auth/logout', {}),
  leavingAll.post('/api/auth/logout-all', {}),
  ending.send('DELETE', `/api/auth/sessions/${ending.sessionId}`),
  changing.post('/api/auth/password/change', { currentPassword: goodPassword, newPassword }),
]
const operator = { kind: 'application', name: 'test' } as const
const endByOperator = ({ site }: Scene, { ended }: People) =>
  site.vigile.sessions.end(ended.sessionId as never, operator).then(
    ({ ok }) => ok,
    (error: Error) => error.name,
  )

const notRevoked: Act = async (scene, people) => {
  const [byOperator, ...statuses] = await Promise.all([endByOperator(scene, people), ...revoke(people)])
  expect(byOperator).toBe('StoreUnavailableError')
  expect(statuses.map(({ status }) => status)).toEqual([503, 503, 503, 503])
}
const revocations: Record<string, Act> = {
  '503': notRevoked,
  '503 and alarm': async (scene, people) => {
    await notRevoked(scene, people)
    const alarms = scene.site.log.filter(({ fields }) => fields.alert === 'revocation_failed')
    expect(alarms.map(({ level, fields }) => [level, fields.reason]).toSorted()).toEqual([
      ['error', 'ended_by_operator'],
      ['error', 'password_changed'],
      ['error', 'signed_out'],
      ['error', 'signed_out'],
      ['error', 'signed_out_everywhere'],
    ])
  },
  'goes on': async (scene, people) => {
    expect(await endByOperator(scene, people)).toBe(true)
    expect(await statusesOf(revoke(people))).toEqual([204, 204, 204, 200])
  },
  soon: async (_, { leaving, leavingAll }) => {
    await Promise.all([leaving, leavingAll].map((one) => soon(() => one.post('/api/auth/logout', {}))))
  },
}

/** One refresh too many with one token. */
const overdo = async (busy: Visitor) => {
  const replies = await statusesOf(Array.from({ length: refreshLimit + 1 }, () => busy.refresh()))
  expect(replies.filter((status) => status === 429)).toHaveLength(1)
}
const counts: Record<string, Act> = {
  'go on': async (_, { busy }) => overdo(busy),
  'per node, alert': async (scene, { busy }) => {
    const there = scene.atOther(busy)
    await overdo(busy)
    await overdo(there)
    const alerts = scene.site.log.filter(({ fields }) => fields.alert === 'limits_degraded')
    expect(alerts.length).toBeGreaterThanOrEqual(2)
    for (const { level } of alerts) expect(level).toBe('error')
  },
  soon: async (scene, { busy }) => {
    await ready(scene)
    await overdo(busy)
  },
}

const health = async ({ visitor }: Scene) =>
  Promise.all(['/health/ready', '/api/auth/health'].map((path) => visitor().get(path)))
const healths: Record<string, Act> = {
  '503': async (scene) => {
    for (const { status, body, headers } of await health(scene))
      expect([status, body.status, headers.get('retry-after')]).toEqual([503, 'down', '2'])
    const open = ['/health/live', '/openapi.json', '/.well-known/jwks.json', '/api/auth/continue?returnTo=/']
    expect(await statusesOf(open.map((path) => scene.visitor().get(path)))).toEqual([200, 200, 200, 200])
  },
  '200, degraded': async (scene) => {
    await expect
      .poll(async () => (await health(scene)).map(({ status, body }) => [status, body.status]), { timeout: 20_000 })
      .toEqual([
        [200, 'degraded'],
        [200, 'degraded'],
      ])
  },
  soon: ready,
}
