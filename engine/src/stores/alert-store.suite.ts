// The store of alerts.
import { expect, test } from 'vitest'
import type { AlertRow, Told } from '../alerts/store.ts'
import type { Database } from './database.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, type Place } from './samples.suite.ts'

export const alertStoreSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  const alert = (id: string, changes: Partial<AlertRow & { told: Told | null }> = {}) => ({
    id,
    rule: 'session_reuse' as const,
    severity: 'critical' as const,
    subject: 'ada' as string | null,
    firstAt: 1_000,
    lastAt: 1_000,
    count: 1,
    details: {},
    acknowledgedAt: null,
    acknowledgedBy: null,
    told: 'alone' as Told | null,
    ...changes,
  })
  const all = { open: false, rule: null, after: null, limit: 10 }
  const idsOf = async (input: Partial<Parameters<Database['alerts']['list']>[0]> = {}) =>
    (await db.one.alerts.list({ ...all, ...input })).map(({ id }) => id)

  test('AUD-5 alerts come back as they were written, newest first, a page at a time, by rule, and those that are open', async () => {
    const { told: _, ...site } = alert('c', {
      subject: null,
      rule: 'commits_lost',
      firstAt: 3_000,
      details: { a: ['é'] },
    })
    await db.one.alerts.insert([alert('a'), alert('b', { firstAt: 2_000 }), { ...site, told: null }])
    await db.one.alerts.insert([])
    expect((await db.other.alerts.list(all))[0]).toStrictEqual(site)
    expect(await idsOf()).toEqual(['c', 'b', 'a'])
    expect(await idsOf({ limit: 2 })).toEqual(['c', 'b'])
    expect(await idsOf({ after: { at: 2_000, id: 'b' } })).toEqual(['a'])
    expect(await idsOf({ rule: 'session_reuse' })).toEqual(['b', 'a'])
    expect(await db.one.alerts.acknowledge('b', { at: 5_000, name: 'operator:ada' })).toMatchObject({
      id: 'b',
      acknowledgedAt: 5_000,
      acknowledgedBy: 'operator:ada',
    })
    expect(await idsOf({ open: true })).toEqual(['c', 'a'])
    expect(await db.one.alerts.countOpen()).toEqual([
      { rule: 'commits_lost', count: 1 },
      { rule: 'session_reuse', count: 1 },
    ])
  })

  test('AUD-5 of two who acknowledge at once one does', async () => {
    await db.one.alerts.insert([alert('raced')])
    const acknowledge = ({ alerts }: Database) => alerts.acknowledge('raced', { at: 1, name: 'x' })
    expect((await atOnce(10, [db.one, db.other], acknowledge)).filter((done) => done !== null)).toHaveLength(1)
    expect(await db.one.alerts.acknowledge('nothing', { at: 1, name: 'x' })).toBeNull()
  })

  test('AUD-5 what goes on is found by rule, subject and time, and counted', async () => {
    const rule = 'many_siblings'
    await db.one.alerts.insert([
      alert('old', { rule, subject: 'bob' }),
      alert('new', { rule, subject: 'bob', firstAt: 2_000 }),
      alert('of the site', { rule, subject: null, firstAt: 2_000 }),
    ])
    const recent = await db.one.alerts.recent({ rule, subjects: ['bob', 'carol', null], since: 1_001 })
    const rest = { details: {}, acknowledgedAt: null }
    expect(recent.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: 'new', subject: 'bob', ...rest },
      { id: 'of the site', subject: null, ...rest },
    ])
    const more = { count: 2, at: 9_000, details: { entry: 'é' } }
    await atOnce(5, [db.one, db.other], ({ alerts }) => alerts.add('new', more))
    await db.one.alerts.add('new', { ...more, count: 0, details: null })
    expect(await db.one.alerts.list({ ...all, rule, limit: 3 })).toContainEqual(
      expect.objectContaining({ id: 'new', count: 11, lastAt: 9_000, details: { entry: 'é' } }),
    )
  })

  test('AUD-5 what nobody was told of is told of together, once', async () => {
    const rule = 'wide_grant'
    await db.one.alerts.tellUntold()
    await db.one.alerts.insert([
      alert('told', { rule, firstAt: 5_000 }),
      alert('untold', { rule, firstAt: 5_000, told: null }),
      alert('and another', { rule, firstAt: 6_000, told: null }),
    ])
    expect(await db.one.alerts.toldAlone(rule, 5_000)).toBe(1)
    expect(await db.one.alerts.toldAlone(rule, 5_001)).toBe(0)
    expect(await db.one.alerts.untold()).toEqual([{ rule, count: 2, since: 5_000 }])
    await db.one.alerts.tellUntold()
    expect(await db.one.alerts.untold()).toEqual([])
    expect(await db.one.alerts.toldAlone(rule, 5_000)).toBe(1)
  })

  test('AUD-5 the watch is held by one, and stays where it was when that one fails', async () => {
    await db.one.alerts.moveWatch(7)
    const failed = db.one.transact(async ({ alerts }) => {
      expect(await alerts.lockWatch('wait')).toBe(7)
      await alerts.moveWatch(8)
      throw new Error('it failed')
    })
    await expect(failed).rejects.toThrow('it failed')
    expect(await db.other.alerts.watched()).toBe(7)
    await atOnce(10, [db.one, db.other], ({ transact }) =>
      transact(async ({ alerts }) => alerts.moveWatch(((await alerts.lockWatch('wait')) ?? 0) + 1)),
    )
    expect(await db.one.alerts.watched()).toBe(17)
  })

  test('AUD-5 old alerts are forgotten, so many at once', async () => {
    await db.one.alerts.insert([alert('very old', { firstAt: 1 }), alert('nearly', { firstAt: 2 })])
    expect(await db.one.alerts.deleteOld(2, 10)).toBe(1)
    expect(await db.one.alerts.deleteOld(3, 10)).toBe(1)
    expect(await db.one.alerts.deleteOld(3, 10)).toBe(0)
  })
}
