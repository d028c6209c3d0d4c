// The store of messages for the operator's webhook.
import { expect, test } from 'vitest'
import { postWebhook } from '../webhooks/post-webhook.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, type Place } from './samples.suite.ts'

export const webhookStoreSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  test('AUD-5 a message is written with the transaction, or not at all', async () => {
    const now = Date.UTC(2026, 0, 31)
    const failed = db.one.transact(async ({ webhooks }) => {
      await postWebhook(webhooks, { kind: 'alert', data: {}, now })
      throw new Error('the alert could not be written')
    })
    await expect(failed).rejects.toThrow('could not be written')
    expect(await db.other.webhooks.waiting()).toEqual({ count: 0, oldest: null })
    await db.one.transact(({ webhooks }) => postWebhook(webhooks, { kind: 'alert', data: { rule: 'é' }, now }))
    expect(await db.other.webhooks.waiting()).toEqual({ count: 1, oldest: now })
    const taken = await db.other.webhooks.claim({ now, leaseMs: 1, limit: 10 })
    expect(taken).toEqual([
      {
        id: expect.stringMatching(/^msg_[\w-]{22}$/),
        kind: 'alert',
        body: '{"type":"alert","timestamp":"2026-01-31T00:00:00.000Z","data":{"rule":"é"}}',
        createdAt: now,
        expiresAt: now + 3 * 86_400_000,
        tries: 1,
      },
    ])
    await db.one.webhooks.end(`${taken[0]?.id}`, 'delivered', now)
    expect(await db.one.webhooks.waiting()).toEqual({ count: 0, oldest: null })
  })

  test('AUD-5 each message is taken by one of many, by another when its lease is over, and by nobody once it has ended', async () => {
    for (let count = 0; count < 20; count += 1)
      await db.one.webhooks.insert({ id: `message ${count}`, kind: 'x', body: '{}', now: 1_000, expiresAt: 9_000 })
    const claim = async (now: number) =>
      (await atOnce(10, [db.one, db.other], ({ webhooks }) => webhooks.claim({ now, leaseMs: 100, limit: 10 }))).flat()
    expect(await claim(999)).toEqual([])
    const first = [...(await claim(1_000)), ...(await claim(1_000))]
    expect(new Set(first.map(({ id }) => id)).size).toBe(20)
    expect(first).toHaveLength(20)
    await db.one.webhooks.end('message 0', 'gone', 1_050)
    await db.one.webhooks.postpone('message 0', 1_050)
    await db.one.webhooks.postpone('message 1', 2_000)
    const again = [...(await claim(1_100)), ...(await claim(1_100))]
    expect(again).toHaveLength(18)
    expect(again.every(({ tries }) => tries === 2)).toBe(true)
    expect((await claim(2_000)).map(({ id }) => id)).toContain('message 1')
  })

  test('TOK-10 messages that are of no more use are forgotten, in batches', async () => {
    for (const id of ['a', 'b', 'c'])
      await db.one.webhooks.insert({ id, kind: 'x', body: '{}', now: 100, expiresAt: 500 })
    expect(await db.one.webhooks.deleteOld(500, 10)).toBe(0)
    expect(await db.one.webhooks.deleteOld(501, 2)).toBe(2)
    expect(await db.one.webhooks.deleteOld(501, 2)).toBe(1)
  })
}
