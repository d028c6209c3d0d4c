// The watch on real stores: entries are written, sealed and looked at as nodes do it.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseEmail } from '../accounts/email.ts'
import { auditEntry, noContext } from '../audit/entry.ts'
import { macOf } from '../audit/entry-mac.ts'
import { foundChain } from '../audit/found-chain.ts'
import { createSealer } from '../audit/sealer.ts'
import { deriveKeys } from '../keys/derive.ts'
import { type Meter, noMeter } from '../meter/meter.ts'
import { silentLog } from '../primitives/log.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places } from '../stores/samples.suite.ts'
import { createRaiseAlone, quietMs } from './raise.ts'
import { defaultThresholds } from './rules.ts'
import { createWatch } from './watch.ts'

const key = deriveKeys('a secret that is long enough for a test of the watch over the record')
const failed = 'session:sign-in:failed'

describe.each(places)('on %s', (_, newPlace) => {
  let place: Place
  let one: Database
  let other: Database
  let now: number
  const logged: Record<string, unknown>[] = []
  const counted: string[] = []
  beforeEach(async () => {
    place = await newPlace({ ms: 0 }, (content) => macOf(key, content))
    one = place.open()
    other = place.open()
    await one.migrate()
    now = 1_800_000_000_000
    logged.length = 0
    counted.length = 0
    await foundChain(depsOf(one))
  })
  afterEach(() => place?.remove())

  const depsOf = (database: Database) => ({
    ...database,
    keyring: { find: async (id: string) => (id === key.id ? key : null), newest: () => key, ids: () => [key.id] },
    clock: { now: () => now },
    log: { ...silentLog, warn: (fields: object) => void logged.push(fields as Record<string, unknown>) },
    meter: {
      ...noMeter,
      add: (name, labels) => void counted.push([name, ...Object.values(labels)].join(' ')),
    } as Meter,
    mailTo: [parseEmail('ops@example.com')].filter((email) => email !== null),
    hasWebhook: true,
    thresholds: defaultThresholds,
    unlimited: { contains: () => false },
    addressKeyOf: (ip: string) => ip,
    mailPosted: () => {},
    webhooksPosted: () => {},
  })
  const watch = (database = one) => createWatch(depsOf(database)).run()
  const seal = () => createSealer(depsOf(one)).run()
  type About = { userId?: string; ip?: string; details?: Record<string, unknown>; action?: string }
  const failures = async (count: number, about: (index: number) => About) => {
    const entries = Array.from({ length: count }, (_none, index) => {
      const { userId = null, ip = null, details = {}, action = failed } = about(index)
      return auditEntry({ ...noContext, ip }, { action, at: now - count + index, userId, details })
    })
    for (let from = 0; from < count; from += 1_000) await one.audit.append(entries.slice(from, from + 1_000))
    await seal()
  }
  const alerts = async () =>
    (await one.alerts.list({ open: false, rule: null, after: null, limit: 200 })).map(
      ({ rule, subject, count }) => `${rule} ${subject ?? 'site'} ${count}`,
    )
  const posted = async () => {
    const at = { now: now + 1, leaseMs: 1, limit: 1_000 }
    const letters = (await one.outbox.claim(at)).map(({ kind }) => kind)
    const messages = (await one.webhooks.claim(at)).map(({ body }) => JSON.parse(body))
    return { letters, messages }
  }

  test('AUD-5 one alert, one letter, one message; more of it within the hour is counted; after it a new one', async () => {
    await failures(25, () => ({ userId: 'ada' }))
    await watch()
    expect(await alerts()).toEqual(['failures_by_account ada 25'])
    const { letters, messages } = await posted()
    expect(letters).toEqual(['alert'])
    expect(messages).toMatchObject([
      { type: 'alert.raised', data: { rule: 'failures_by_account', subject: 'ada', severity: 'warning', count: 25 } },
    ])
    expect(logged).toMatchObject([{ alert: 'failures_by_account', category: 'SECURITY', subject: 'ada' }])
    now += quietMs - 1
    await failures(3, () => ({ userId: 'ada' }))
    await watch()
    await watch(other)
    expect(await alerts()).toEqual(['failures_by_account ada 28'])
    now += 1
    await failures(25, () => ({ userId: 'ada' }))
    await watch()
    expect(await alerts()).toEqual(['failures_by_account ada 28', 'failures_by_account ada 28'])
    expect(counted).toEqual(['alerts_total failures_by_account', 'alerts_total failures_by_account'])
  })

  test('AUD-5 of nodes that watch at once one does: nothing is counted twice, nothing is missed', async () => {
    for (let round = 0; round < 5; round += 1) {
      await failures(25, () => ({ userId: `user-${round}` }))
      await Promise.all([watch(), watch(other), watch(), watch(other)])
    }
    await watch()
    expect((await alerts()).toSorted()).toEqual([0, 1, 2, 3, 4].map((n) => `failures_by_account user-${n} 25`))
    expect((await posted()).letters).toHaveLength(5)
  })

  test('AUD-5 a node that dies before its commit leaves nothing, and the next raises the alert once', async () => {
    await failures(25, () => ({ userId: 'ada' }))
    const dying = depsOf(one)
    const died = createWatch({
      ...dying,
      transact: (work) =>
        one.transact(async (stores) => {
          await work(stores)
          throw new Error('killed')
        }),
    }).run()
    await expect(died).rejects.toThrow('killed')
    expect(await alerts()).toEqual([])
    expect(await posted()).toEqual({ letters: [], messages: [] })
    await watch(other)
    await watch()
    expect(await alerts()).toEqual(['failures_by_account ada 25'])
    expect((await posted()).letters).toEqual(['alert'])
  })

  test('attack: a flood from hundreds of addresses fills no mailbox, and hides nothing of another kind', async () => {
    const size = 200
    for (let network = 0; network < size / 50; network += 1) {
      now += 1_000
      await failures(50 * 20, (n) => ({ ip: `10.${network}.0.${n % 50}` }))
    }
    await one.audit.append([auditEntry(noContext, { action: 'session:reuse', at: now, userId: 'ada' })])
    await seal()
    await watch()
    const found = await one.alerts.countOpen()
    const counted = Object.fromEntries(found.map(({ rule, count }) => [rule, count]))
    expect(counted).toMatchObject({ failures_by_address: size, session_reuse: 1, failures_overall: 1 })
    const first = await posted()
    // Ten of the flood, and one of each other rule.
    expect(first.letters).toHaveLength(10 + found.length - 1)
    expect(first.messages.filter(({ data }) => data.rule === 'session_reuse')).toHaveLength(1)
    now += quietMs
    await watch()
    await watch(other)
    const later = await posted()
    expect(later.letters.filter((kind) => kind === 'alerts')).toHaveLength(1)
    expect(later.messages.filter(({ type }) => type === 'alert.summary').map(({ data }) => data.counts)).toEqual([
      [{ rule: 'failures_by_address', count: size - 10 }],
    ])
  })

  test('AUD-5 a site that is busy is not attacked: as many sign-ins succeed', async () => {
    const some = Array.from({ length: 255 }, (_none, index) =>
      auditEntry(noContext, { action: 'session:sign-in', at: now - 10 - index, userId: `user-${index}` }),
    )
    await one.audit.append(some)
    await failures(250, (index) => ({ userId: `user-${index}` }))
    await watch()
    expect(await alerts()).toEqual([])
    await failures(10, (index) => ({ userId: `user-${index}` }))
    await watch()
    expect(await alerts()).toEqual(['failures_overall site 260'])
  })

  const signIns = (count: number, about: (index: number) => About) =>
    failures(count, (index) => ({ ...about(index), action: 'session:sign-in' }))
  const strangers = (index: number) => ({ userId: `user-${index}`, ip: `10.1.${index >> 4}.${index & 15}` })

  test('attack: sign-ins to an account of one’s own, or to many from one address, hide no distributed attack', async () => {
    await signIns(260, () => ({ userId: 'mallory', ip: '203.0.113.77' }))
    await failures(250, strangers)
    await watch()
    expect(await alerts()).toEqual(['failures_overall site 250'])
    now += 2 * quietMs
    await signIns(260, (index) => ({ userId: `mallory-${index}`, ip: '203.0.113.77' }))
    await failures(250, strangers)
    await watch()
    expect(await alerts()).toEqual(['failures_overall site 250', 'failures_overall site 250'])
  })

  test('attack: of ten times the threshold is told, whatever succeeds', async () => {
    const lower = { ...depsOf(one), thresholds: { ...defaultThresholds, failures_overall: 20 } }
    await signIns(300, (index) => ({ userId: `member-${index}` }))
    await failures(190, strangers)
    await createWatch(lower).run()
    expect(await alerts()).toEqual([])
    await failures(10, (index) => strangers(index + 190))
    await createWatch(lower).run()
    expect(await alerts()).toEqual(['failures_overall site 200'])
  })

  const acknowledgeAll = async () => {
    for (const { id } of await one.alerts.list({ open: true, rule: null, after: null, limit: 200 }))
      await one.alerts.acknowledge(id, { at: now, name: 'operator:test' })
  }

  test('attack: an attack that goes on after somebody has seen to it is told of anew', async () => {
    await failures(25, () => ({ userId: 'ada' }))
    await watch()
    await acknowledgeAll()
    now += 600_000
    await failures(5, () => ({ userId: 'ada' }))
    await watch()
    // What was seen to is not told of again for one more of it.
    expect(await alerts()).toEqual(['failures_by_account ada 25'])
    now += 60_000
    await failures(20, () => ({ userId: 'ada' }))
    await watch()
    expect(await alerts()).toEqual(['failures_by_account ada 25', 'failures_by_account ada 25'])
    expect((await posted()).letters).toEqual(['alert', 'alert'])
    expect(await one.alerts.countOpen()).toEqual([{ rule: 'failures_by_account', count: 1 }])
  })

  test('attack: a second theft, minutes after the first was seen to, is an alert of its own; before, it is the newest of it', async () => {
    const reuse = async () => {
      now += 60_000
      const entry = auditEntry(noContext, { action: 'session:reuse', at: now, userId: 'ada' })
      await one.audit.append([entry])
      await seal()
      await watch()
      return entry.id
    }
    await reuse()
    const second = await reuse()
    expect(await alerts()).toEqual(['session_reuse ada 2'])
    const [alert] = await one.alerts.list({ open: true, rule: null, after: null, limit: 1 })
    expect(alert?.details).toEqual({ entry: second })
    await acknowledgeAll()
    await reuse()
    expect(await alerts()).toEqual(['session_reuse ada 1', 'session_reuse ada 2'])
    expect((await posted()).letters).toHaveLength(2)
  })

  test('attack: more tampering after the first was seen to is told; the same place, found again, is not', async () => {
    const raise = createRaiseAlone(depsOf(one))
    const found = (position: number) =>
      raise({
        rule: 'audit_tampering',
        subject: null,
        at: now,
        added: 1,
        first: { count: 1, details: { faults: ['changed'], position } },
      })
    await found(2)
    await acknowledgeAll()
    await found(2)
    expect(await one.alerts.countOpen()).toEqual([])
    await found(1)
    expect(await one.alerts.countOpen()).toEqual([{ rule: 'audit_tampering', count: 1 }])
    expect((await posted()).letters).toHaveLength(2)
  })

  test('AUD-5 ordinary life: an office whose people mistype once and get in alarms nobody; who tries as many accounts does', async () => {
    const ip = '192.0.2.44'
    await failures(15, (index) => ({ userId: `known-${index}`, ip, details: { known: true } }))
    for (let index = 0; index < 15; index += 1) {
      await failures(1, () => ({ userId: `user-${index}`, ip }))
      await signIns(1, () => ({ userId: `user-${index}`, ip }))
      now += 10_000
    }
    await watch()
    expect(await alerts()).toEqual([])
    // One who tries accounts has one of their own there, too.
    await signIns(1, () => ({ userId: 'mallory', ip: '203.0.113.9' }))
    await failures(15, (index) => ({ userId: `user-${index}`, ip: '203.0.113.9' }))
    await watch()
    expect(await alerts()).toEqual(['accounts_by_address 203.0.113.9 15'])
  })

  test('AUD-5 ordinary life: an old password in somebody’s own browser is one alert, about the account', async () => {
    await failures(35, () => ({ userId: 'ada', ip: '192.0.2.44', details: { known: true } }))
    await watch()
    expect(await alerts()).toEqual(['failures_by_account ada 35'])
  })

  test('AUD-5 entries that were removed when their time was over stop nothing', async () => {
    await failures(30, (index) => ({ userId: `user-${index}` }))
    await watch()
    await failures(30, (index) => ({ userId: `user-${index}` }))
    await one.auditChain.removeUpTo(40)
    await failures(25, () => ({ userId: 'ada' }))
    await watch()
    expect(await alerts()).toEqual(['failures_by_account ada 25'])
    expect(await one.alerts.watched()).toBe(85)
  })

  test('attack: the head of the record is changed or removed: nothing is sealed any more, and that alarms', async () => {
    await failures(5, () => ({}))
    await watch()
    const head = await one.auditChain.head()
    if (!head) throw new Error('nothing was sealed')
    await one.auditChain.writeHead({ ...head, statement: head.statement.replace(/"position":5/, '"position":4') })
    await watch()
    await watch(other)
    expect(await alerts()).toEqual(['audit_tampering site 1'])
    const [alert] = await one.alerts.list({ open: true, rule: 'audit_tampering', after: null, limit: 1 })
    expect(alert?.details).toEqual({ fault: 'head_forged' })
    await one.auditChain.writeHead(head)
    now += quietMs
    await watch()
    expect(await alerts()).toHaveLength(1)
  })

  test('attack: a removed head and a forged entry at once are one alert of tampering, and one letter', async () => {
    await one.audit.append([auditEntry(noContext, { action: 'audit:forged', at: now })])
    await seal()
    const head = await one.auditChain.head()
    if (head) await one.auditChain.writeHead({ ...head, signature: 'x' })
    await watch()
    expect(await alerts()).toEqual(['audit_tampering site 1'])
    expect((await posted()).letters).toEqual(['alert'])
  })

  test('attack: who seals is kept from an entry: that alarms; a clock that is set forward alarms nobody', async () => {
    await one.audit.append([auditEntry(noContext, { action: failed, at: now })])
    now += 61_000
    const { run } = createWatch(depsOf(one))
    await run()
    await seal()
    await run()
    expect(await alerts()).toEqual([])
    await one.audit.append([auditEntry(noContext, { action: failed, at: now })])
    now += 61_000
    await run()
    await run()
    expect(await alerts()).toEqual(['audit_stalled site 1'])
  })

  test('attack: an old head and the entries up to it are put back, so that new ones take the places of those cut off', async () => {
    await failures(5, () => ({}))
    const old = await one.auditChain.head()
    await failures(5, () => ({}))
    await watch()
    if (old) await one.auditChain.writeHead(old)
    await watch()
    const [alert] = await one.alerts.list({ open: true, rule: null, after: null, limit: 1 })
    expect(alert).toMatchObject({ rule: 'audit_tampering', details: { fault: 'rolled_back' } })
    expect(await one.alerts.watched()).toBe(5)
  })

  test('AUD-5 what verify finds alarms by itself, once an hour', async () => {
    const raise = createRaiseAlone(depsOf(one))
    const finding = {
      rule: 'audit_tampering',
      subject: null,
      at: now,
      added: 2,
      first: { count: 2, details: {} },
    } as const
    await Promise.all([raise(finding), raise(finding), createRaiseAlone(depsOf(other))(finding)])
    expect(await alerts()).toEqual(['audit_tampering site 6'])
    expect((await posted()).letters).toEqual(['alert'])
  })
})
