// An attack on two real nodes, by HTTP, and what operators are told: by a mail server, by a webhook, over HTTP.
import { createServer } from 'node:http'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { member } from '../administration/people.ts'
import { openRaw } from '../audit/raw.ts'
import { by } from '../roles/scene.ts'
import { openSite, storeKinds } from '../support/site.ts'
import { startMailServer } from '../support/smtp.ts'
import { goodPassword } from '../support/visitor.ts'

const hour = 3_600_000
/** Deliveries and the watch come every 5 s; slow is not broken. */
const patience = { timeout: 30_000, interval: 200 }
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const startReceiver = async () => {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every shape
  const received: any[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      received.push(JSON.parse(text))
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  return { received, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/` }
}

/** No limit stands in the way of the attack: what is shown is what comes of a thousand of them. */
const unlimited = { signInIp: null, signInIpHour: null, signInAccount: null, signInBurst: null, signInAny: null }

const openAttacked = async (kind: (typeof storeKinds)[number]) => {
  const mail = await startMailServer()
  closers.push(mail.stop)
  const hook = await startReceiver()
  const site = await openSite(kind, {
    mail: { url: mail.url, from: 'Shop <no-reply@shop.example.com>' },
    accounts: { verifyEmail: false },
    limits: { rules: unlimited },
    alerts: {
      mailTo: ['ops@example.com'],
      // Of the many rules that such an attack breaks one is looked at.
      thresholds: { accounts_by_address: 1_000, failures_overall: 1_000, failures_by_account: 1_000 },
      webhook: { url: hook.url, secrets: Buffer.alloc(48, 'webhook').toString('base64') },
    },
  })
  closers.push(site.close)
  return { site, mail, hook }
}

describe.each(storeKinds)('on %s', (kind) => {
  test('AUD-5 brute force on two nodes: one alert, one letter, one message; a hundred more are counted and written of no more; an hour later it is a new one', {
    timeout: 240_000,
  }, async () => {
    const { site, mail, hook } = await openAttacked(kind)
    const other = kind === 'embedded' ? site.vigile : await site.node()
    for (const name of ['ada', 'bob']) expect((await site.visitor().signUp(`${name}@example.com`)).status).toBe(201)
    const attack = async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const email = `${index % 4 === 0 ? 'ada' : index % 4 === 1 ? 'bob' : `nobody-${index % 8}`}@example.com`
        const request = new Request(`${site.publicUrl}/api/auth/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: site.publicUrl },
          body: JSON.stringify({ email, password: 'guess-0000' }),
        })
        const { status } = await (index % 2 ? other : site.vigile).fetch(request, { address: '203.0.113.9' })
        expect(status).toBe(401)
      }
    }
    const alerts = async () => (await site.vigile.alerts.list({ rule: 'failures_by_address' })).alerts
    // Other rules may find something in a clock that moves by an hour.
    const toOps = () =>
      mail.received.filter(({ to, content }) => to === 'ops@example.com' && content.includes('Many failed sign-ins'))
    const told = () => hook.received.filter(({ data }) => data.rule === 'failures_by_address')

    await attack(25)
    await vi.waitFor(async () => expect((await alerts())[0]?.count).toBe(25), patience)
    await vi.waitFor(() => expect([toOps().length, told().length]).toEqual([1, 1]), patience)
    expect(toOps()[0]?.content).toMatch(/Subject: Vigile: Many failed sign-ins from one address/)
    expect(toOps()[0]?.content).toContain('203.0.113.9')
    const [alert] = await alerts()
    expect(told()[0]).toMatchObject({
      type: 'alert.raised',
      data: { id: alert?.id, rule: 'failures_by_address', subject: '203.0.113.9', severity: 'warning' },
    })
    // Nothing of whom was tried, nor with what.
    expect(JSON.stringify(hook.received) + toOps()[0]?.content).not.toMatch(/ada@|bob@|nobody-|guess/)

    await attack(100)
    await vi.waitFor(async () => expect((await alerts())[0]?.count).toBe(125), patience)
    expect(await alerts()).toHaveLength(1)
    expect([toOps().length, told().length]).toEqual([1, 1])
    const lines = site.log.filter(({ fields }) => fields.alert === 'failures_by_address')
    expect(lines.map(({ level, fields }) => [level, fields.category, fields.subject])).toEqual([
      ['warn', 'SECURITY', '203.0.113.9'],
    ])

    const done = await site.vigile.alerts.acknowledge(alert?.id ?? '', by)
    expect(done).toMatchObject({ ok: true, value: { acknowledgedBy: 'operator:test' } })
    site.move(hour + 1)
    await attack(25)
    await vi.waitFor(async () => expect((await alerts()).map(({ count }) => count)).toEqual([25, 125]), patience)
    await vi.waitFor(() => expect([toOps().length, told().length]).toEqual([2, 2]), patience)
    expect(await site.vigile.alerts.open()).toContainEqual({ rule: 'failures_by_address', count: 1 })
  })
})

test('AUD-5 administrators see the alerts and acknowledge them: on record, once, and with a right of their own', async () => {
  const site = await openSite('embedded', {})
  closers.push(site.close)
  await site.vigile.roles.create({ name: 'reader', permissions: ['system:read'] }, by)
  await site.vigile.roles.create({ name: 'keeper', permissions: ['system:read', 'system:admin'] }, by)
  const [reader, keeper] = [await member(site, 'reader'), await member(site, 'keeper')]
  await member(site, 'keeper')
  const list = (query = '') => keeper.visitor.get(`/api/admin/alerts${query}`)
  // Somebody was given a role that may make itself hold everything.
  await vi.waitFor(async () => expect((await list('?rule=wide_grant')).body.alerts.length).toBe(2), patience)
  const { body } = await list('?rule=wide_grant&limit=1&open=true')
  expect(body).toMatchObject({
    alerts: [{ rule: 'wide_grant', severity: 'critical', count: 1, acknowledgedAt: null, acknowledgedBy: null }],
    next: expect.any(String),
  })
  const rest = await list(`?rule=wide_grant&after=${body.next}`)
  expect(rest.body.alerts).toHaveLength(1)
  const subjects = [body.alerts[0].subject, rest.body.alerts[0].subject]
  expect(subjects).toContain(keeper.id)
  expect((await list('?after=x')).status).toBe(400)
  expect((await list('?rule=none')).status).toBe(400)

  const path = `/api/admin/alerts/${body.alerts[0].id}/acknowledge`
  const denied = await reader.visitor.post(path, {})
  expect([denied.status, denied.body.permission]).toEqual([403, 'system:admin'])
  const raced = await Promise.all(Array.from({ length: 5 }, () => keeper.visitor.post(path, {})))
  expect(raced.map(({ status }) => status).toSorted()).toEqual([204, 404, 404, 404, 404])
  expect((await list('?rule=wide_grant&open=true')).body.alerts).toHaveLength(1)
  const { entries } = await site.vigile.audit.search({ action: 'alert:acknowledge' })
  expect(entries).toMatchObject([
    { resource: 'alert', resourceId: body.alerts[0].id, details: { by: `user:${keeper.id}`, rule: 'wide_grant' } },
  ])
  expect((await site.vigile.audit.search({ action: 'alert:list' })).entries).toHaveLength(1)
})

test('AUD-5 the first administrator of a site is no critical alert, and the second is', async () => {
  const site = await openSite('embedded', {})
  closers.push(site.close)
  const critical = async () =>
    (await site.vigile.alerts.list({ rule: 'wide_grant' })).alerts.map(({ subject }) => subject)
  await site.vigile.roles.create({ name: 'root', permissions: ['*'] }, by)
  await member(site, 'root')
  await vi.waitFor(
    async () => expect((await site.vigile.alerts.list({ rule: 'roles_changed' })).alerts[0]?.count).toBe(2),
    patience,
  )
  const second = await member(site, 'root')
  await vi.waitFor(async () => expect(await critical()).toEqual([second.id]), patience)
})

test('AUD-5 attack: a stolen password is used from another place while its owner is at work', async () => {
  const site = await openSite('embedded', {})
  closers.push(site.close)
  const owner = site.visitor('192.0.2.10')
  expect((await owner.signUp('ada@example.com')).status).toBe(201)
  const alerts = async () => (await site.vigile.alerts.list({ rule: 'impossible_move' })).alerts
  // Another browser at home, and her phone a day later: ordinary life.
  expect((await site.visitor('192.0.2.77').signIn('ada@example.com')).status).toBe(200)
  site.move(24 * hour)
  expect((await site.visitor('198.51.100.4').signIn('ada@example.com')).status).toBe(200)
  site.move(24 * hour)
  expect((await owner.signIn('ada@example.com', goodPassword)).status).toBe(200)
  site.move(60_000)
  const thief = site.visitor('203.0.113.66')
  expect((await thief.signIn('ada@example.com')).status).toBe(200)
  await vi.waitFor(async () => expect(await alerts()).toHaveLength(1), patience)
  const [alert] = await alerts()
  const { entries } = await site.vigile.audit.search({ ip: '203.0.113.66', action: 'session:sign-in' })
  expect(alert).toMatchObject({ subject: entries[0]?.userId, count: 1, details: { entry: entries[0]?.id } })
})

test('attack: the record is changed in the database: verify finds it, and it alarms', async () => {
  const site = await openSite('embedded', {})
  closers.push(site.close)
  await site.visitor().signUp('ada@example.com')
  await vi.waitFor(async () => expect((await site.vigile.audit.verify()).to).toBeGreaterThan(0), patience)
  const raw = await openRaw(site.database)
  await raw.run("update audit_entries set action = 'made:up' where position = 1")
  await raw.close()
  expect((await site.vigile.audit.verify()).ok).toBe(false)
  const { alerts } = await site.vigile.alerts.list({ rule: 'audit_tampering' })
  expect(alerts).toMatchObject([{ severity: 'critical', subject: null, details: { faults: ['changed'], position: 1 } }])
})

test('attack: an entry is forged in the database: who seals finds it, and it alarms', async () => {
  const site = await openSite('embedded', {})
  closers.push(site.close)
  await site.visitor().signUp('ada@example.com')
  const raw = await openRaw(site.database)
  const [genuine] = await raw.run('select mac from audit_entries limit 1')
  const keyId = String(genuine?.mac).split('.')[0]
  for (const [id, key] of [
    ['forged', keyId],
    // Of a key that nobody knows: it may be one that is not known yet.
    ['strange', 'nobodys-key'],
  ])
    await raw.run(`insert into audit_entries (id, at, action, details, salt, commitment, mac)
      values ('${id}', 1, 'user:role-grant', '{}', 's', 'c', '${key}.mac')`)
  await raw.close()
  const found = async () => (await site.vigile.alerts.list()).alerts.map(({ rule }) => rule).toSorted()
  await vi.waitFor(async () => expect(await found()).toEqual(['audit_stalled', 'audit_tampering']), patience)
  const { entries } = await site.vigile.audit.search({ action: 'audit:forged' })
  expect(entries).toMatchObject([{ details: { entries: ['forged'], count: 1 } }])
})
