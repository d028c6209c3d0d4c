// What is counted while people come and go, on both kinds of stores.
import { type Instrument, instruments, type Meter } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'

const operator = { kind: 'operator', name: 'ada' } as const

/** A meter that keeps what it is told, and refuses labels that the catalogue does not have. */
const keepingMeter = () => {
  const kept = new Map<string, number>()
  const tell = (kind: Instrument['kind'], name: string, labels: Readonly<Record<string, string>>, by: number) => {
    const { kind: declared, labels: sets } = (instruments as Record<string, Instrument>)[name] as Instrument
    expect(declared).toBe(kind)
    expect(Object.keys(labels).sort()).toEqual(Object.keys(sets).sort())
    for (const [label, value] of Object.entries(labels))
      if (sets[label]?.length) expect(sets[label], `${name}: ${label}`).toContain(value)
    const key = [name, ...Object.values(labels)].join(' ')
    kept.set(key, (kept.get(key) ?? 0) + by)
  }
  const meter: Meter = {
    add: (name, labels, by = 1) => tell('counter', name, labels, by),
    record: (name, labels, seconds) => {
      expect(seconds).toBeGreaterThanOrEqual(0)
      tell('histogram', name, labels, 1)
    },
  }
  return { meter, of: (key: string) => kept.get(key) ?? 0 }
}

describe.each(storeKinds)('OPS-5 on %s', (kind) => {
  const { meter, of } = keepingMeter()
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { meter, limits: { rules: { signInIp: { limit: 2, windowSeconds: 900 } } } })
  })
  afterAll(() => site?.close())

  const gauge = async (name: string, label?: string) => {
    const readings = await site.vigile.gauges()
    return readings.find((one) => one.name === name && (!label || Object.values(one.labels).includes(label)))?.value
  }

  test('a sign-up, a refresh, a check and a sign-out are counted', async () => {
    const ada = site.visitor()
    await ada.signUp('ada@example.com')
    expect(of('sign_ups_total')).toBe(1)
    expect(of('http_requests_total register POST 201')).toBe(1)
    expect(of('audit_entries_total user:sign-up')).toBe(1)
    expect(of('password_hash_duration_seconds')).toBe(1)
    await ada.me()
    expect(of('http_requests_total me GET 200')).toBe(1)
    await ada.refresh()
    expect(of('refreshes_total kept')).toBe(1)
    site.move(61 * 60_000)
    await ada.refresh()
    expect(of('refreshes_total rotated')).toBe(1)
    await ada.post('/api/auth/logout')
    expect(of('sessions_ended_total signed_out')).toBe(1)
    await ada.refresh({}, { cookie: 'vigile_refresh=none' })
    expect(of('refreshes_total invalid') + of('refreshes_total refused')).toBe(1)
    const store = kind === 'embedded' ? 'sqlite' : 'postgres'
    expect(of(`store_statement_duration_seconds ${store}`)).toBeGreaterThan(5)
    if (kind !== 'embedded') expect(of('store_statement_duration_seconds redis')).toBeGreaterThan(0)
  })

  test('wrong passwords and the limit that ends them are counted, whatever the path', async () => {
    const thief = site.visitor()
    for (let tries = 0; tries < 3; tries += 1) await thief.signIn('ada@example.com', 'wrong-password-wrong')
    expect(of('sign_ins_total failed')).toBe(3)
    expect(of('limits_hit_total signInIp')).toBe(1)
    expect(of('http_requests_total login POST 429')).toBe(1)
    await thief.get('/api/auth/never-heard-of-it')
    await thief.send('DELETE', '/api/auth/login')
    expect(of('http_requests_total other GET 404')).toBe(1)
    expect(of('http_requests_total other DELETE 405')).toBe(1)
  })

  test('what applications record is one name, however many they have', async () => {
    await site.vigile.audit.record({ action: 'products:publish' })
    await site.vigile.audit.record({ action: 'products:hide' })
    expect(of('audit_entries_total application')).toBe(2)
  })

  test('TOK-10 what the clean-up removed is counted', async () => {
    await site.vigile.cleanUp(operator)
    expect(of('audit_entries_total system:clean-up')).toBe(1)
    site.move(32 * 86_400_000)
    await site.vigile.cleanUp(operator)
    expect(of('cleaned_rows_total sessions')).toBeGreaterThan(0)
  })

  test('gauges say how the site stands', async () => {
    await site.visitor().signUp('grace@example.com')
    expect(await gauge('ready')).toBe(1)
    expect(await gauge('part_ok', 'database')).toBe(1)
    expect(await gauge('active_sessions')).toBe(1)
    expect(await gauge('mail_waiting')).toBeTypeOf('number')
    expect(await gauge('signing_key_age_seconds')).toBeGreaterThan(0)
    expect(typeof (await gauge('store_pool_connections', 'idle'))).toBe(kind === 'embedded' ? 'undefined' : 'number')
    for (const { name, labels } of await site.vigile.gauges()) {
      const { kind: declared, labels: sets } = instruments[name]
      expect(declared).toBe('gauge')
      for (const [label, value] of Object.entries(labels))
        expect((sets as Record<string, readonly string[]>)[label]).toContain(value)
    }
  })

  test('a node that is ending says that it takes nothing', async () => {
    site.vigile.drain()
    await vi.waitFor(async () => expect(await gauge('ready')).toBe(0), { timeout: 20_000 })
    expect(await gauge('part_ok', 'shutdown')).toBe(0)
  })
})
