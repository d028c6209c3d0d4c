// Signing keys over their life, on both databases, with one node and with two (TOK-9).
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Channel, Invalidation } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places } from '../stores/samples.suite.ts'
import { type DerivedKeys, deriveKeys } from './derive.ts'
import type { Keyring } from './keyring.ts'
import { createSigningKeys, currentKey, retired } from './signing-keys.ts'
import type { KeyStore } from './store.ts'
import { UnknownSecretError } from './unknown-secret.ts'

const lead = 600_000
const life = 900
const quarter = 90 * 86_400
const day = 86_400_000

test('the newest key that already signs is current; where none does yet, the first', () => {
  const keys = [{ signsFrom: 100 }, { signsFrom: 200 }, { signsFrom: 300 }]
  expect(currentKey(keys, 99)?.signsFrom).toBe(100)
  expect(currentKey(keys, 199)?.signsFrom).toBe(100)
  expect(currentKey(keys, 200)?.signsFrom).toBe(200)
  expect(currentKey(keys, 1000)?.signsFrom).toBe(300)
  expect(currentKey([], 1)).toBeUndefined()
})

test('TOK-9 a key is done with when its successor has signed for as long as a token lives, and not before', () => {
  const minute = 60_000
  const keys = [
    { id: 'one', signsFrom: 0, tokenSeconds: null },
    { id: 'two', signsFrom: 1_000, tokenSeconds: 1 },
    { id: 'three', signsFrom: 5_000, tokenSeconds: 1 },
  ]
  expect(retired(keys, 1_000 + 2_000 + minute, 2)).toEqual([])
  expect(retired(keys, 1_000 + 2_001 + minute, 2)).toEqual(['one'])
  expect(retired(keys, 5_000 + 2_001 + minute, 2)).toEqual(['one', 'two'])
  expect(retired(keys, Number.MAX_SAFE_INTEGER, 2)).toEqual(['one', 'two'])
  const long = keys.map((key) => ({ ...key, tokenSeconds: 10 }))
  expect(retired(long, 5_000 + 2_001 + minute, 2)).toEqual([])
  expect(retired(long, 5_000 + 10_001 + minute, 2)).toEqual(['one', 'two'])
})

/** Lets the monotonic clock pass, which says when to look again. */
const later = (ms: number) => {
  vi.restoreAllMocks()
  const real = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => real() + ms)
}
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(places)('on %s', (_, newPlace) => {
  let place: Place
  let database: Database
  let now = 1_800_000_000_000
  beforeAll(async () => {
    place = await newPlace()
    database = place.open()
    await database.migrate()
  })
  afterAll(() => place?.remove())
  beforeEach(async () => {
    await database.keys.deleteSigningKeys((await database.keys.listSigningKeys()).map(({ id }) => id))
  })

  /** What nodes tell each other; a node that is deaf hears nothing. */
  const createAir = () => {
    const listeners = new Set<(message: Invalidation) => void>()
    return (deaf = false): Channel => ({
      publish: async (messages) => {
        for (const message of messages) for (const listener of listeners) listener(message)
      },
      isAlive: () => !deaf,
      subscribe: (listener) => {
        if (!deaf) listeners.add(listener)
        return () => {}
      },
      close: async () => {},
    })
  }

  const ringOf = (keys: readonly DerivedKeys[]): Keyring => ({
    find: async (id) => keys.find((key) => key.id === id) ?? null,
    ids: () => keys.map(({ id }) => id),
    newest: () => keys[0] as DerivedKeys,
    report: async () => {},
    reload: async () => {},
    tell: async () => {},
    learn: async () => {},
    leave: async () => {},
  })
  const secret = deriveKeys('the secret')

  const node = (
    options: {
      secrets?: readonly DerivedKeys[]
      channel?: Channel
      requireSameDatabase?: () => Promise<void>
      store?: Partial<KeyStore>
      logged?: { level: string; message: string }[]
      isServer?: boolean
      accessSeconds?: number
    } = {},
  ) => {
    const write = (level: string) => (_fields: object, message: string) => void options.logged?.push({ level, message })
    const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
    return createSigningKeys({
      isServer: options.isServer ?? true,
      keys: { ...database.keys, ...options.store },
      keyring: ringOf(options.secrets ?? [secret]),
      channel: options.channel ?? createAir()(),
      requireSameDatabase: options.requireSameDatabase ?? (async () => {}),
      clock: { now: () => now },
      log,
      algorithm: 'EdDSA',
      rotateEverySeconds: quarter,
      accessSeconds: options.accessSeconds ?? life,
    })
  }
  const idsOf = async (keys: { published(): Promise<readonly { id: string }[]> }) =>
    (await keys.published()).map(({ id }) => id)

  test('S-90 keys that are all gone at once, in a database that is another, go on verifying what they signed', async () => {
    let isOther = false
    const one = node({
      requireSameDatabase: async () => {
        if (isOther) throw new UnavailableError('another')
      },
    })
    await one.open()
    const known = await one.current()
    const [row] = await database.keys.listSigningKeys()
    await database.keys.deleteSigningKeys([known.id])
    isOther = true
    later(61_000)
    await one.published()
    await expect(one.maintain()).rejects.toThrow(UnavailableError)
    expect((await one.find(known.id))?.id).toBe(known.id)
    // Nor does another node's key take their place.
    await node().open()
    await expect(one.list()).rejects.toThrow(UnavailableError)
    expect((await one.find(known.id))?.id).toBe(known.id)

    await database.keys.deleteSigningKeys((await database.keys.listSigningKeys()).map(({ id }) => id))
    await database.keys.insertSigningKey(row as NonNullable<typeof row>, null)
    isOther = false
    await one.maintain()
    expect((await one.find(known.id))?.id).toBe(known.id)
  })

  test('the first node makes a key that signs at once; the next one finds it', async () => {
    const one = node()
    await one.open()
    const two = node()
    await two.open()
    expect((await two.current()).id).toBe((await one.current()).id)
  })

  test('TOK-9 of two nodes that come up at once on an empty database one makes the key', async () => {
    const nodes = Array.from({ length: 4 }, () => node())
    await Promise.all(nodes.map((each) => each.open()))
    expect(await database.keys.listSigningKeys()).toHaveLength(1)
    expect(new Set(await Promise.all(nodes.map(async (each) => (await each.current()).id))).size).toBe(1)
  })

  test('OPS-11 the keys are gone, as after a failover to a database from before the first one: nodes make a new one', async () => {
    const nodes = Array.from({ length: 3 }, () => node())
    await Promise.all(nodes.map((each) => each.open()))
    await database.keys.deleteSigningKeys((await database.keys.listSigningKeys()).map(({ id }) => id))
    later(61_000)
    await Promise.all(nodes.map((each) => each.list()))
    const signed = await Promise.allSettled(nodes.map((each) => each.current()))
    // Who asks first; a slower one may find the new key already.
    expect(signed).toContainEqual({ status: 'rejected', reason: expect.any(UnavailableError) })
    await expect.poll(() => Promise.all(nodes.map((each) => each.current().catch(() => null)))).not.toContain(null)
    expect(await database.keys.listSigningKeys()).toHaveLength(1)
  })

  test('TOK-9 a new key is published before it signs, and the old one stays until its last token has expired', async () => {
    const one = node()
    await one.open()
    const old = await one.current()
    const made = await one.rotate()
    expect(made.signsFrom).toBe(now + lead)
    expect(await idsOf(one)).toEqual([old.id, made.id])
    expect((await one.current()).id).toBe(old.id)
    expect((await one.list()).map(({ state }) => state)).toEqual(['signing', 'next'])

    now += lead - 1
    expect((await one.current()).id).toBe(old.id)
    now += 1
    expect((await one.current()).id).toBe(made.id)
    expect((await one.list()).map(({ state }) => state)).toEqual(['verifying', 'signing'])

    // The last token of the old key was signed a moment ago.
    now += life * 1000
    await one.maintain()
    expect(await one.find(old.id)).not.toBeNull()
    now += 61_000
    await one.maintain()
    expect(await idsOf(one)).toEqual([made.id])
    expect(await one.find(old.id)).toBeNull()
  })

  test('TOK-9 a rotation while one is under way makes no second key', async () => {
    const one = node()
    await one.open()
    const made = await one.rotate()
    expect(await one.rotate()).toEqual(made)
    expect(await database.keys.listSigningKeys()).toHaveLength(2)
  })

  test('TOK-9 two nodes that rotate at once: one winner, and both name it', async () => {
    const air = createAir()
    const nodes = Array.from({ length: 4 }, () => node({ channel: air() }))
    await Promise.all(nodes.map((each) => each.open()))
    const made = await Promise.all(nodes.map((each) => each.rotate()))
    expect(new Set(made.map(({ id }) => id)).size).toBe(1)
    expect(await database.keys.listSigningKeys()).toHaveLength(2)
  })

  test('TOK-9 a deployment with a shorter access life removes no key under tokens that were given for longer', async () => {
    const week = 7 * 86_400
    const before = node({ accessSeconds: week })
    await before.open()
    const { id } = await before.current()
    const { signsFrom } = await before.rotate()
    now = signsFrom + life * 1000 + 60_001
    const after = node()
    await after.open()
    await after.maintain()
    expect(await idsOf(after)).toContain(id)
    now = signsFrom + week * 1000 + 60_001
    await after.maintain()
    expect(await idsOf(after)).not.toContain(id)
  })

  test('TOK-9 the schedule rotates when the newest key has signed for its time, not before', async () => {
    const one = node()
    await one.open()
    now += quarter * 1000 - 1
    await one.maintain()
    expect(await database.keys.listSigningKeys()).toHaveLength(1)
    now += 1
    await one.maintain()
    expect(await database.keys.listSigningKeys()).toHaveLength(2)
    await one.maintain()
    expect(await database.keys.listSigningKeys()).toHaveLength(2)
  })

  test('TOK-9 the other nodes learn of a new key at once, and deaf ones within a minute', async () => {
    const air = createAir()
    const one = node({ channel: air() })
    await one.open()
    const hears = node({ channel: air() })
    const deaf = node({ channel: air(true) })
    await hears.open()
    await deaf.open()
    const { id } = await one.rotate()
    await hears.published()
    await vi.waitFor(async () => expect(await idsOf(hears)).toContain(id))
    expect(await idsOf(deaf)).not.toContain(id)
    later(60_001)
    await vi.waitFor(async () => expect(await idsOf(deaf)).toContain(id))
  })

  test('a token of a key that is not known here makes the node look, at most every 5 s', async () => {
    let reads = 0
    const store: Partial<KeyStore> = {
      listSigningKeys: async () => {
        reads += 1
        return database.keys.listSigningKeys()
      },
    }
    const one = node()
    await one.open()
    const deaf = node({ channel: createAir()(true), store })
    await deaf.open()
    const { id } = await one.rotate()
    reads = 0
    expect(await deaf.find(id)).toBeNull()
    for (let forged = 0; forged < 20; forged += 1) expect(await deaf.find(`forged-${forged}`)).toBeNull()
    expect(reads).toBe(0)
    later(5_001)
    expect((await deaf.find(id))?.id).toBe(id)
    expect(reads).toBe(1)
  })

  test('nobody waits for the database where keys are held: a transaction may sign while it has the only connection', async () => {
    let frozen = false
    const store: Partial<KeyStore> = {
      listSigningKeys: () => (frozen ? new Promise(() => {}) : database.keys.listSigningKeys()),
    }
    const one = node({ store })
    await one.open()
    const { id } = await one.current()
    frozen = true
    later(60_001)
    expect((await one.current()).id).toBe(id)
    expect((await one.find(id))?.id).toBe(id)
    expect(await idsOf(one)).toEqual([id])
  })

  test('S-90 while the database is down the keys go on serving, and an unknown one is a fault, not a refusal', async () => {
    let down = false
    let reads = 0
    const store: Partial<KeyStore> = {
      listSigningKeys: async () => {
        reads += 1
        if (down) throw new UnavailableError('the database is down')
        return database.keys.listSigningKeys()
      },
    }
    const one = node({ store })
    await one.open()
    const { id } = await one.current()
    down = true
    reads = 0
    later(60_001)
    for (let count = 0; count < 10; count += 1) expect((await one.current()).id).toBe(id)
    await expect(one.find('unknown')).rejects.toThrow(UnavailableError)
    await expect(one.find('unknown')).rejects.toThrow(UnavailableError)
    // A database that is down is not asked on every request.
    expect(reads).toBe(1)
    down = false
    later(60_001 + 5_001)
    expect(await one.find('unknown')).toBeNull()
  })

  test('what comes back late does not hide a key that is known since', async () => {
    const held: (() => void)[] = []
    let slow = false
    const store: Partial<KeyStore> = {
      listSigningKeys: async () => {
        const rows = await database.keys.listSigningKeys()
        if (slow) await new Promise<void>((resolve) => held.push(resolve))
        return rows
      },
    }
    const one = node({ store })
    await one.open()
    slow = true
    later(60_001)
    await one.published()
    await vi.waitFor(() => expect(held).toHaveLength(1))
    slow = false
    const { id } = await one.rotate()
    expect(await idsOf(one)).toContain(id)
    for (const release of held) release()
    await new Promise((resolve) => setImmediate(resolve))
    expect(await idsOf(one)).toContain(id)
  })

  describe('sealed with the secret', () => {
    test('a stolen database holds no private key', async () => {
      await node().open()
      const [row] = await database.keys.listSigningKeys()
      expect(JSON.parse(row?.publicJwk as string)).not.toHaveProperty('d')
      expect(row?.sealedPrivateJwk).not.toMatch(/"d"|kty/)
      expect(Buffer.from(row?.sealedPrivateJwk.split('.')[3] as string, 'base64url').toString('latin1')).not.toContain(
        'kty',
      )
    })

    test('a node without that secret can’t use the key: it makes its own, and says so', async () => {
      await node().open()
      const logged: { level: string; message: string }[] = []
      const stranger = node({ secrets: [deriveKeys('another secret')], logged })
      await stranger.open()
      const rows = await database.keys.listSigningKeys()
      expect(rows).toHaveLength(2)
      expect((await stranger.current()).id).toBe(rows[1]?.id)
      expect(logged).toContainEqual({
        level: 'warn',
        message: 'a signing key is sealed with a secret that this node does not know',
      })
    })

    const stranger = () => deriveKeys('another secret')

    test('TOK-9 a command with another secret makes no key, and rotates none', async () => {
      await node().open()
      const before = await database.keys.listSigningKeys()
      const command = node({ secrets: [stranger()], isServer: false })
      await expect(command.current()).rejects.toThrow(UnavailableError)
      // What is made behind it, if anything is.
      await new Promise((resolve) => setTimeout(resolve, 200))
      await expect(command.rotate()).rejects.toThrow(UnknownSecretError)
      expect(await database.keys.listSigningKeys()).toEqual(before)
    })

    test('TOK-9 a key that nobody can open is no answer to who rotates, and goes in the end; the log has it once', async () => {
      const logged: { level: string; message: string }[] = []
      const one = node({ logged })
      await one.open()
      // As a node made it that had another secret as well.
      const orphan = await node({ secrets: [stranger(), secret] }).rotate()
      const made = await one.rotate()
      expect(made.id).not.toBe(orphan.id)
      expect(await idsOf(one)).toContain(made.id)
      now = made.signsFrom + life * 1000 + 60_001
      await one.maintain()
      expect((await database.keys.listSigningKeys()).map(({ id }) => id)).toEqual([made.id])
      expect(logged.filter(({ message }) => message.includes('does not know'))).toHaveLength(1)
    })

    test('TOK-9 old keys are sealed anew with the newest secret, so that the old one can be dropped', async () => {
      const newer = deriveKeys('the newer secret')
      await node().open()
      const id = (await database.keys.listSigningKeys())[0]?.id
      await node({ secrets: [newer, secret] }).maintain()
      const after = node({ secrets: [newer] })
      await after.open()
      expect((await after.current()).id).toBe(id)
    })

    test('who can write to the database can neither swap the public half nor plant a key', async () => {
      const one = node()
      await one.open()
      const { id } = await one.current()
      const [row] = await database.keys.listSigningKeys()
      const { publicKey } = await generateKeyPair('EdDSA', { extractable: true })
      const attacker = { ...JSON.parse(row?.publicJwk as string), x: (await exportJWK(publicKey)).x }
      const rows = [{ ...(row as NonNullable<typeof row>), publicJwk: JSON.stringify(attacker) }]
      const logged: { level: string; message: string }[] = []
      const later = node({ store: { listSigningKeys: async () => rows, insertSigningKey: async () => false }, logged })
      await later.open()
      expect(await later.find(id)).toBeNull()
      expect(await idsOf(later)).toEqual([])
      expect(logged).toContainEqual({
        level: 'error',
        message: 'a signing key was changed in the database, and is not used',
      })
      const planted = { ...rows[0], id: 'planted', sealedPrivateJwk: row?.sealedPrivateJwk } as (typeof rows)[number]
      const other = node({ store: { listSigningKeys: async () => [planted], insertSigningKey: async () => false } })
      await other.open()
      expect(await other.find('planted')).toBeNull()
    })

    test('one broken seal does not stop the other keys, nor the rotation', async () => {
      const one = node()
      await one.open()
      const { id } = await one.rotate()
      const [first, second] = await database.keys.listSigningKeys()
      const torn = `${second?.sealedPrivateJwk.slice(0, -6)}AAAAAA`
      await database.keys.replaceSealedPrivateJwk(id, second?.sealedPrivateJwk as string, torn)
      const two = node()
      await two.open()
      expect((await two.current()).id).toBe(first?.id)
      now += day
      const made = await two.rotate()
      expect(made.id).not.toBe(id)
      await two.maintain()
      now += lead
      expect((await two.current()).id).toBe(made.id)
    })
  })
})
