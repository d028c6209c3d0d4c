// The MAC keys of nodes that share one database (TOK-9).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { silentLog } from '../primitives/log.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places } from '../stores/samples.suite.ts'
import { deriveKeys } from './derive.ts'
import { chooseNewest, createKeyring } from './keyring.ts'

const [a, b, c]: [string, string, string] = ['secret a', 'secret b', 'secret c']
const idOf = (secret: string) => deriveKeys(secret).id
const strange = deriveKeys('a secret of nobody').id

/** Lets a moment of the monotonic clock pass that a test need not wait for. */
const later = (ms: number) => {
  const real = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => real() + ms)
}
afterEach(() => vi.restoreAllMocks())

describe('choosing', () => {
  const own = [a, b, c].map(deriveKeys)
  const nodes = (...lists: string[][]) => lists.map((list) => ({ keyIds: list.map(idOf) }))

  test.each([
    ['the first that every node lists', nodes([a, b, c], [b, c], [c, b]), b],
    ['the newest where all know it', nodes([a, b], [a]), a],
    ['the newest where nothing is common', nodes([a], [b]), a],
    ['the newest where nobody else is there', [], a],
  ])('TOK-9 %s', (_, known, chosen) => {
    expect(chooseNewest(own, known)?.id).toBe(idOf(chosen))
  })

  test('none where there is none', () => {
    expect(chooseNewest([], [])).toBeUndefined()
  })
})

describe.each(places)('nodes on %s', (_, newPlace) => {
  let place: Place
  let database: Database
  let now = 1_000_000
  beforeAll(async () => {
    place = await newPlace()
    database = place.open()
    await database.migrate()
  })
  afterAll(() => place?.remove())
  // The nodes of the test before are long gone.
  beforeEach(() => {
    now += 3_600_000
  })

  const node = (secrets: () => readonly string[] | Promise<readonly string[]>, log = silentLog) =>
    createKeyring({ readSecrets: async () => secrets(), keys: database.keys, clock: { now: () => now }, log })

  test('TOK-9 a new secret is used only when every live node knows it', async () => {
    const secrets = { one: [a], two: [a] }
    const one = node(() => secrets.one)
    const two = node(() => secrets.two)
    await one.report()
    await two.report()
    secrets.one = [b, a]
    await one.report()
    expect(one.newest().id).toBe(idOf(a))
    // It verifies what others may already make with it.
    expect((await one.find(idOf(b)))?.id).toBe(idOf(b))
    secrets.two = [b, a]
    await two.report()
    expect(two.newest().id).toBe(idOf(b))
    await one.report()
    expect(one.newest().id).toBe(idOf(b))
  })

  test('TOK-9 a node that comes up without the new secret holds its use back again', async () => {
    const one = node(() => [b, a])
    await one.report()
    expect(one.newest().id).toBe(idOf(b))
    await node(() => [a]).report()
    await one.report()
    expect(one.newest().id).toBe(idOf(a))
  })

  test('TOK-9 a node that has been silent for 30 s is gone, and holds nothing back', async () => {
    const one = node(() => [b, a])
    await node(() => [a]).report()
    await one.report()
    expect(one.newest().id).toBe(idOf(a))
    now += 30_000
    await one.report()
    expect(one.newest().id).toBe(idOf(a))
    now += 1
    await one.report()
    expect(one.newest().id).toBe(idOf(b))
  })

  test('TOK-9 an unknown key id: the secrets are read again, at most once a second', async () => {
    let reads = 0
    let secrets = [a]
    const one = node(() => {
      reads += 1
      return secrets
    })
    await one.reload()
    secrets = [b, a]
    expect(await one.find(idOf(b))).toBeNull()
    for (let forged = 0; forged < 50; forged += 1) expect(await one.find(strange)).toBeNull()
    expect(reads).toBe(1)
    later(1_001)
    expect((await one.find(idOf(b)))?.id).toBe(idOf(b))
    expect(await one.find(strange)).toBeNull()
    expect(reads).toBe(2)
  })

  test('TOK-9 requests that come while the secrets are being read wait for that reading', async () => {
    let secrets = [a]
    let release = () => {}
    let held: Promise<void> | undefined
    const one = node(async () => {
      await held
      return secrets
    })
    await one.reload()
    later(1_001)
    secrets = [b, a]
    held = new Promise<void>((resolve) => {
      release = resolve
    })
    const found = [one.find(idOf(b)), one.find(idOf(b)), one.find(strange)]
    release()
    const [first, second, third] = await Promise.all(found)
    expect([first?.id, second?.id, third]).toEqual([idOf(b), idOf(b), null])
  })

  test('TOK-9 secrets that cannot be read for a while stop neither the known keys nor the report', async () => {
    let broken = false
    const errors: string[] = []
    const log = { ...silentLog, error: (_: object, message: string) => void errors.push(message) }
    const one = node(() => {
      if (broken) throw new Error('the vault is sealed')
      return [a]
    }, log)
    await one.report()
    broken = true
    later(1_001)
    expect((await one.find(idOf(a)))?.id).toBe(idOf(a))
    expect(await one.find(strange)).toBeNull()
    now += 25_000
    await one.report()
    now += 25_000
    expect(await database.keys.listNodes(now - 30_000, now)).toMatchObject([{ keyIds: [idOf(a)] }])
    expect(one.newest().id).toBe(idOf(a))
    expect(errors.length).toBeGreaterThan(0)
  })

  test('at the first start secrets that cannot be read are a fault', async () => {
    const one = node(() => {
      throw new Error('no such file')
    })
    await expect(one.report()).rejects.toThrow('no such file')
    expect(() => one.newest()).toThrow(UnavailableError)
  })

  test('a secret that was taken off the list is not used any more', async () => {
    let secrets = [a, b]
    const one = node(() => secrets)
    await one.report()
    secrets = [b]
    await one.reload()
    expect(one.newest().id).toBe(idOf(b))
    expect(await one.find(idOf(a))).toBeNull()
  })

  test('OPS-3 TOK-9 a node that ends is gone at once: nobody waits for its secrets, and it is no second node', async () => {
    const one = node(() => [b])
    await one.report()
    const other = node(() => [a, b])
    await other.report()
    expect(other.newest().id).toBe(idOf(b))
    await one.leave()
    await one.tell()
    await other.report()
    expect(other.newest().id).toBe(idOf(a))
    expect(await database.keys.listNodes(now - 30_000, now)).toHaveLength(1)
  })

  test('TOK-9 a command learns what the nodes know, and is none', async () => {
    await node(() => [b]).report()
    const command = node(() => [a, b])
    await command.reload()
    await command.learn()
    expect(command.newest().id).toBe(idOf(b))
    expect(await database.keys.listNodes(now - 30_000, now)).toHaveLength(1)
  })

  test('TOK-9 a node that died while the clock was an hour ahead is no node, and holds no new secret back', async () => {
    const ghost = {
      id: 'ghost',
      keyIds: [idOf(a)],
      now: now + 3_600_000,
      forgetBefore: 0,
      forgetAfter: now + 7_200_000,
    }
    await database.keys.reportNode(ghost)
    const command = node(() => [b, a])
    await command.reload()
    await command.learn()
    expect(command.newest().id).toBe(idOf(b))
    await node(() => [b, a]).report()
    expect(await database.keys.listNodes(0, now + 7_200_000)).toHaveLength(1)
  })

  test('nodes are forgotten in the end', async () => {
    await node(() => [a]).report()
    now += 301_000
    await node(() => [a]).report()
    expect(await database.keys.listNodes(0, now)).toHaveLength(1)
  })
})

test('a source of secrets that never answers is given up', async () => {
  vi.useFakeTimers()
  try {
    const one = createKeyring({
      readSecrets: () => new Promise(() => {}),
      keys: {} as never,
      clock: { now: () => 0 },
      log: silentLog,
    })
    const reloaded = expect(one.reload()).rejects.toThrow(UnavailableError)
    await vi.advanceTimersByTimeAsync(5_000)
    await reloaded
  } finally {
    vi.useRealTimers()
  }
})
