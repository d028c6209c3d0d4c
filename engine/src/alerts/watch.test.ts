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
  const failures = async (count: number, about: (index: number) => { userId?: string; ip?: string }) => {
    const entries = Array.from({ length: count }, (_none, index) => {
      const { userId = null, ip = null } = about(index)
      return auditEntry({ ...noContext, ip }, { action: failed, at: now - count + index, userId })
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
