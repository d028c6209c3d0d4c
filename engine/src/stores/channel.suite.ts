import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Channel, Invalidation } from '../primitives/channel.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'

/** What a node hears, in order. */
export const listen = (channel: Channel): Invalidation[] => {
  const heard: Invalidation[] = []
  channel.subscribe((message) => heard.push(message))
  return heard
}

/** `open` gives another node on the same channel; with one process there is but one. */
export const channelSuite = (open: () => Channel, nodes: 'one' | 'many'): void => {
  let here: Channel
  let there: Channel

  beforeAll(async () => {
    here = open()
    there = nodes === 'many' ? open() : here
    await vi.waitUntil(() => here.isAlive() && there.isAlive(), { timeout: 10_000 })
  })
  afterAll(async () => {
    await here.close()
    await there.close()
  })

  test('TOK-6 what one node tells, every node hears, itself at once', async () => {
    const [atHome, away] = [listen(here), nodes === 'many' ? listen(there) : []]
    const messages: Invalidation[] = [
      { kind: 'session', id: 'é"\n' },
      { kind: 'user', id: 'u1' },
      { kind: 'keys', id: '' },
      { kind: 'everything' },
    ]
    const told = here.publish(messages)
    expect(atHome).toEqual(messages)
    await told
    if (nodes === 'many') await expect.poll(() => away).toEqual(messages)
    expect(atHome).toEqual(messages)
  })

  test('many messages at once all arrive; more than a thousand as `everything`', async () => {
    const away = listen(there)
    const messages = Array.from(
      { length: 1_000 },
      (_, index): Invalidation => ({ kind: 'session', id: `session-${index}-${'x'.repeat(20)}` }),
    )
    await here.publish(messages)
    await expect.poll(() => away).toEqual(messages)
    await here.publish([...messages, { kind: 'user', id: 'one too many' }])
    await expect.poll(() => away.length > 1_000 && away.at(-1)?.kind).toBe(nodes === 'many' ? 'everything' : 'user')
    await here.publish([])
  })

  test('a listener that fails does not keep the others from hearing, and one that left hears no more', async () => {
    const leave = there.subscribe(() => {
      throw new Error('a listener that fails')
    })
    const away = listen(there)
    const left: Invalidation[] = []
    there.subscribe((message) => left.push(message))()
    await here.publish([{ kind: 'user', id: 'u2' }])
    await expect.poll(() => away).toEqual([{ kind: 'user', id: 'u2' }])
    expect(left).toEqual([])
    leave()
  })

  test('a channel that was closed is not alive, and tells nobody', async () => {
    const closed = open()
    await expect.poll(() => closed.isAlive()).toBe(true)
    const heard = listen(closed)
    await closed.close()
    expect(closed.isAlive()).toBe(false)
    await here.publish([{ kind: 'user', id: 'u3' }])
    if (nodes === 'many') await expect(closed.publish([{ kind: 'everything' }])).rejects.toThrow(StoreUnavailableError)
    expect(heard).toEqual([])
  })
}
