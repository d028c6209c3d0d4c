import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CountedEntry } from '../audit/store.ts'
import { findBursts } from './find-bursts.ts'
import { bursts, defaultThresholds } from './rules.ts'

const minute = 60_000
const failed = 'session:sign-in:failed'
let made = 0
const entry = (given: Partial<CountedEntry>): CountedEntry => {
  made += 1
  return {
    id: `entry-${made}`,
    position: made,
    at: 0,
    userId: null,
    action: failed,
    details: {},
    ip: null,
    ...given,
  }
}
const find = (entries: readonly CountedEntry[], more: Partial<Parameters<typeof findBursts>[0]> = {}) =>
  findBursts({ entries, isNew: () => true, thresholds: defaultThresholds, networkOf: (ip) => ip, ...more })
const reached = (entries: readonly CountedEntry[], more: Partial<Parameters<typeof findBursts>[0]> = {}) =>
  find(entries, more).flatMap(({ rule, subject, peak }) => (peak ? [`${rule} ${subject ?? 'site'}`] : []))

const times = <Made>(count: number, make: (index: number) => Made): Made[] =>
  Array.from({ length: count }, (_, index) => make(index))

test('AUD-5 ordinary life alarms nobody: somebody who mistypes, an office that signs in at nine', () => {
  expect(reached(times(3, (index) => entry({ userId: 'ada', ip: '192.0.2.1', at: index * 5_000 })))).toEqual([])
  // A hundred people behind one address; one in eight mistypes once, one of them three times.
  const office = times(100, (index) => {
    const who = { userId: `user-${index}`, ip: '192.0.2.1', at: index * 6_000 }
    return [...(index % 8 === 0 ? [entry(who)] : []), entry({ ...who, action: 'session:sign-in' })]
  }).flat()
  expect(reached([...office, ...times(2, () => entry({ userId: 'user-8', ip: '192.0.2.1' }))])).toEqual([])
})

test('AUD-5 bursts of failures by account, by address and over all, and many accounts from one address', () => {
  const byAccount = times(20, (index) => entry({ userId: 'ada', ip: `192.0.2.${index}`, at: index * 2 * minute }))
  expect(reached(byAccount.slice(1))).toEqual([])
  expect(reached(byAccount)).toEqual(['failures_by_account ada'])
  const byAddress = times(20, (index) => entry({ userId: `user-${index % 3}`, ip: '192.0.2.1', at: index * minute }))
  expect(reached(byAddress)).toEqual(['failures_by_address 192.0.2.1'])
  // Emails that nobody has are accounts that were tried, too.
  const spray = times(15, (index) =>
    entry({
      ip: '192.0.2.1',
      at: index,
      ...(index % 2 ? { userId: `u${index}` } : { details: { emailHash: `h${index}` } }),
    }),
  )
  expect(reached(spray)).toEqual(['accounts_by_address 192.0.2.1'])
  const everywhere = times(200, (index) => entry({ userId: `u${index}`, ip: `10.0.${index}.1`, at: index * 4_000 }))
  expect(reached(everywhere)).toEqual(['failures_overall site'])
  const signUps = times(20, (index) => entry({ action: 'user:sign-up', ip: '192.0.2.1', at: index }))
  expect(reached(signUps)).toEqual(['sign_ups_by_address 192.0.2.1'])
  const blocked = times(100, (index) =>
    index % 2 ? entry({ action: 'limit:refused', at: index }) : entry({ details: { reason: 'limited' }, at: index }),
  )
  expect(reached(blocked)).toEqual(['blocks_overall site'])
})

test('AUD-5 one subscriber’s IPv6 addresses are one, and addresses that are never limited none', () => {
  const rotating = times(20, (index) => entry({ ip: `2001:db8::${index}`, at: index }))
  expect(reached(rotating)).toEqual([])
  expect(reached(rotating, { networkOf: () => '2001:db8:0:0::/64' })).toEqual(['failures_by_address 2001:db8:0:0::/64'])
  const office = times(20, (index) => entry({ ip: '192.0.2.1', at: index }))
  expect(reached(office, { networkOf: () => null })).toEqual([])
})

test('attack: many accounts from one /48, whose /64s have no number', () => {
  const one = (index: number) => ({ userId: `user-${index}`, ip: `2001:db8:77:${index.toString(16)}::/64`, at: index })
  expect(reached(times(39, (index) => entry(one(index))))).toEqual([])
  expect(reached(times(40, (index) => entry(one(index))))).toEqual(['accounts_by_network 2001:db8:77::/48'])
  // Of IPv4 it is the address that somebody has.
  expect(reached(times(60, (index) => entry({ ...one(index), ip: `192.0.2.${index}` })))).toEqual([])
})

test('AUD-5 what was counted before is not counted again, and old entries alone raise nothing', () => {
  const old = times(20, (index) => entry({ userId: 'ada', at: index }))
  expect(find(old, { isNew: () => false })).toEqual([])
  const fresh = entry({ userId: 'ada', at: 30 })
  const [found] = find([...old, fresh], { isNew: ({ id }) => id === fresh.id })
  expect(found).toMatchObject({
    rule: 'failures_by_account',
    added: 1,
    last: fresh,
    peak: { entries: 21, measure: 21 },
  })
})

test('AUD-5 whatever the order and the times, a threshold is found exactly where a window ends with a new entry', () => {
  const one = fc.record({ at: fc.nat(40).map((index) => index * 5 * minute), isNew: fc.boolean(), who: fc.nat(3) })
  fc.assert(
    fc.property(fc.array(one, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (given, threshold) => {
      const entries = given.map(({ at, who }) => entry({ userId: `u${who}`, ip: '192.0.2.1', at }))
      const fresh = new Set(entries.filter((_, index) => given[index]?.isNew))
      const thresholds = { ...defaultThresholds, failures_by_account: threshold, accounts_by_address: 3 }
      const found = find(entries, { isNew: (one) => fresh.has(one), thresholds })
      const { windowMs } = bursts.failures_by_account
      const windowsOf = (mine: readonly CountedEntry[]) =>
        mine
          .filter((end) => fresh.has(end))
          .map((end) => mine.filter(({ at }) => at > end.at - windowMs && at <= end.at))
      for (const who of ['u0', 'u1', 'u2', 'u3']) {
        const sizes = windowsOf(entries.filter(({ userId }) => userId === who)).map(({ length }) => length)
        const peak = found.find((one) => one.rule === 'failures_by_account' && one.subject === who)?.peak
        expect(peak?.entries ?? null).toBe(Math.max(0, ...sizes) >= threshold ? Math.max(...sizes) : null)
      }
      const accounts = windowsOf(entries).map((some) => new Set(some.map(({ userId }) => userId)).size)
      const many = found.find(({ rule }) => rule === 'accounts_by_address')?.peak
      expect(many?.measure ?? null).toBe(Math.max(0, ...accounts) >= 3 ? Math.max(...accounts) : null)
    }),
    { numRuns: 300 },
  )
})
