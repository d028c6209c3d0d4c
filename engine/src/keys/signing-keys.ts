// The keys that sign access tokens: published before they sign, kept until their last token has expired (TOK-9).
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { Keyring } from './keyring.ts'
import { seal, sealedWith, unseal } from './seal.ts'
import type { KeyStore, SigningKeyRow } from './store.ts'

/** Verifiers may hold the published set for so long (Cache-Control of the key set). */
export const jwksMaxAgeSeconds = 300
/** A new key is published for twice that before it signs. */
const publishLeadMs = 2 * jwksMaxAgeSeconds * 1000
/** Keys are read from the database again after so long, whatever the channel says. */
const rereadMs = 60_000
/** For an unknown key id they are read again at most this often, so that forged ids cost nothing. */
const rereadUnknownMs = 5_000

export type SigningKey = {
  readonly id: string
  readonly algorithm: 'EdDSA' | 'ES256'
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly publicJwk: JWK
  readonly createdAt: number
  readonly signsFrom: number
}

export type KeyState = 'next' | 'signing' | 'verifying'

export type SigningKeys = {
  /** Makes the first key where there is none, and reads them. */
  open(): Promise<void>
  /** The key to sign with now. */
  current(): Promise<SigningKey>
  /** A published key by its id, or null. */
  find(id: string): Promise<SigningKey | null>
  /** Every key whose tokens may still live, and the next one. */
  published(): Promise<readonly SigningKey[]>
  /** The same, read anew, with what each does. */
  list(): Promise<readonly (SigningKey & { readonly state: KeyState })[]>
  /** Publishes a new key; it signs after the lead. Gives the newest where another node was faster. */
  rotate(): Promise<{ readonly id: string; readonly signsFrom: number }>
  /** Rotates when the newest key has signed for `rotateEverySeconds`; removes keys whose last token has expired. */
  maintain(): Promise<void>
}

/** The newest key that already signs. Keys come oldest first. */
export const currentKey = <Key extends { signsFrom: number }>(keys: readonly Key[], now: number): Key | undefined =>
  keys.findLast((key) => key.signsFrom <= now) ?? keys[0]

/** Ids of keys that were replaced so long ago that no token of theirs lives. */
export const retired = (
  keys: readonly { readonly id: string; readonly signsFrom: number }[],
  now: number,
  tokenLifeMs: number,
): readonly string[] =>
  keys
    .filter((_, index) => keys.slice(index + 1).some((newer) => newer.signsFrom + tokenLifeMs < now))
    .map((key) => key.id)

const context = (id: string) => `signing key ${id}`

export const createSigningKeys = (deps: {
  readonly keys: KeyStore
  readonly keyring: Keyring
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
  readonly algorithm: 'EdDSA' | 'ES256'
  readonly rotateEverySeconds: number
  readonly accessSeconds: number
}): SigningKeys => {
  const { keys, keyring, clock, log } = deps
  let held: readonly SigningKey[] = []
  let readAt = Number.NEGATIVE_INFINITY
  let stale = true
  deps.channel.subscribe((message) => {
    if (message.kind === 'keys' || message.kind === 'everything') stale = true
  })

  const open = async (row: SigningKeyRow): Promise<SigningKey | null> => {
    const known = held.find((key) => key.id === row.id)
    if (known) return known
    const secret = await keyring.find(sealedWith(row.sealedPrivateJwk))
    if (!secret) {
      log.warn({ signingKey: row.id }, 'a signing key is sealed with a secret that this node does not know')
      return null
    }
    const privateJwk = JSON.parse(unseal(secret, context(row.id), row.sealedPrivateJwk)) as JWK
    const publicJwk = JSON.parse(row.publicJwk) as JWK
    const [privateKey, publicKey] = await Promise.all([
      importJWK(privateJwk, row.algorithm),
      importJWK(publicJwk, row.algorithm),
    ])
    return { ...row, privateKey: privateKey as CryptoKey, publicKey: publicKey as CryptoKey, publicJwk }
  }

  const read = async (): Promise<readonly SigningKey[]> => {
    stale = false
    readAt = performance.now()
    try {
      const rows = await keys.listSigningKeys()
      const opened = await Promise.all(rows.map(open))
      held = opened.filter((key) => key !== null)
      return held
    } catch (error) {
      stale = true
      throw error
    }
  }

  const fresh = async () => (stale || performance.now() - readAt > rereadMs ? readOrKeep() : held)

  // A verified signature needs no database: while it is down, the keys already read go on serving.
  const readOrKeep = async () => {
    try {
      return await read()
    } catch (error) {
      if (held.length === 0) throw error
      return held
    }
  }

  const add = async (newestId: string | null, signsFrom: (now: number) => number): Promise<void> => {
    const pair = await generateKeyPair(deps.algorithm === 'EdDSA' ? 'EdDSA' : 'ES256', { extractable: true })
    const [privateJwk, publicPart] = await Promise.all([exportJWK(pair.privateKey), exportJWK(pair.publicKey)])
    const id = randomToken(12)
    const now = clock.now()
    const publicJwk = { ...publicPart, kid: id, alg: deps.algorithm, use: 'sig' }
    const row = {
      id,
      algorithm: deps.algorithm,
      publicJwk: JSON.stringify(publicJwk),
      sealedPrivateJwk: seal(keyring.newest(), context(id), JSON.stringify(privateJwk)),
      createdAt: now,
      signsFrom: signsFrom(now),
    }
    if (await keys.insertSigningKey(row, newestId)) {
      await deps.channel
        .publish([{ kind: 'keys', id }])
        .catch((error) => log.warn({ err: error }, 'other nodes were not told of a new key'))
    }
  }

  const rotate = async () => {
    const newest = (await read()).at(-1)
    const now = clock.now()
    if (newest && newest.signsFrom > now) return { id: newest.id, signsFrom: newest.signsFrom }
    await add(newest?.id ?? null, (at) => at + publishLeadMs)
    const made = (await read()).at(-1)
    if (!made) throw new UnavailableError('no signing key could be made')
    return { id: made.id, signsFrom: made.signsFrom }
  }

  /** Keys sealed with an older secret are sealed anew, so that the old secret can be dropped one day. */
  const reseal = async (rows: readonly SigningKeyRow[]) => {
    const newest = keyring.newest()
    for (const row of rows.filter((key) => sealedWith(key.sealedPrivateJwk) !== newest.id)) {
      const secret = await keyring.find(sealedWith(row.sealedPrivateJwk))
      if (!secret) continue
      const again = seal(newest, context(row.id), unseal(secret, context(row.id), row.sealedPrivateJwk))
      await keys.replaceSealedPrivateJwk(row.id, row.sealedPrivateJwk, again)
    }
  }

  return {
    open: async () => {
      const rows = await keys.listSigningKeys()
      if (rows.length === 0) await add(null, (now) => now)
      const usable = await read()
      // Every private key was sealed with a secret that is gone: a new one must sign at once.
      if (usable.length === 0) await add(rows.at(-1)?.id ?? null, (now) => now)
      if (usable.length === 0) await read()
    },
    current: async () => {
      const key = currentKey(await fresh(), clock.now())
      if (!key) throw new UnavailableError('there is no signing key')
      return key
    },
    find: async (id) => {
      const key = (await fresh()).find((candidate) => candidate.id === id)
      if (key || performance.now() - readAt < rereadUnknownMs) return key ?? null
      return (await readOrKeep()).find((candidate) => candidate.id === id) ?? null
    },
    published: fresh,
    list: async () => {
      const all = await read()
      const now = clock.now()
      const signing = currentKey(all, now)
      return all.map((key) => ({
        ...key,
        state: key === signing ? 'signing' : key.signsFrom > now ? 'next' : 'verifying',
      }))
    },
    rotate,
    maintain: async () => {
      await reseal(await keys.listSigningKeys())
      const newest = (await read()).at(-1)
      const now = clock.now()
      if (newest && now - newest.signsFrom >= deps.rotateEverySeconds * 1000) await rotate()
      const gone = retired(held, now, deps.accessSeconds * 1000 + 60_000)
      if (gone.length > 0) {
        await keys.deleteSigningKeys(gone)
        await read()
      }
    },
  }
}
