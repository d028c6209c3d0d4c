// The keys that sign access tokens: published before they sign, kept until their last token has expired (TOK-9).
import { exportJWK, generateKeyPair } from 'jose'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { createHeldKeys, type SigningKey, sealContext } from './held-signing-keys.ts'
import type { Keyring } from './keyring.ts'
import { seal, sealedWith, unseal } from './seal.ts'
import type { KeyStore } from './store.ts'
import { UnknownSecretError } from './unknown-secret.ts'

/** Verifiers may hold the published set for so long (Cache-Control of the key set). */
export const jwksMaxAgeSeconds = 300
/** A new key is published for twice that before it signs. */
const publishLeadMs = 2 * jwksMaxAgeSeconds * 1000
/** Verifiers' clocks differ. */
const graceMs = 60_000

export type KeyState = 'next' | 'signing' | 'verifying'

export type SigningKeys = {
  /** Makes the first key where there is none, and reads them. `write` does `keep`, and may live with its failure. */
  open(write?: (keep: () => Promise<void>) => Promise<void>): Promise<void>
  /** Puts on record how long the tokens live that are signed here. Does nothing once that is done. */
  keep(): Promise<void>
  /** The key to sign with now. Where there is none a server makes one, for the next who asks; a command makes nothing. */
  current(): Promise<SigningKey>
  /** A published key by its id, or null. */
  find(id: string): Promise<SigningKey | null>
  /** Every key whose tokens may still live, and the next one. */
  published(): Promise<readonly SigningKey[]>
  /** The same, read anew, with what each does. Throws an `UnknownSecretError` where there are some, and none can be opened here. */
  list(): Promise<readonly (SigningKey & { readonly state: KeyState })[]>
  /**
   * Publishes a new key; it signs after the lead. Gives the newest where another node was faster. `insert`: for a caller
   * that stores more than the key in one transaction. Throws an `UnknownSecretError` where none of the keys can be opened here.
   */
  rotate(insert?: KeyStore['insertSigningKey']): Promise<{ readonly id: string; readonly signsFrom: number }>
  /** Rotates when the newest key has signed for `rotateEverySeconds`; removes keys whose last token has expired. */
  maintain(): Promise<void>
}

/** The newest key that already signs. Keys come oldest first. */
export const currentKey = <Key extends { signsFrom: number }>(keys: readonly Key[], now: number): Key | undefined =>
  keys.findLast((key) => key.signsFrom <= now) ?? keys[0]

/** Ids of keys that were replaced so long ago that no token of theirs lives; by one of those that are usable. Keys come oldest first. */
export const retired = (
  keys: readonly { readonly id: string; readonly signsFrom: number; readonly tokenSeconds: number | null }[],
  now: number,
  /** Of those that nobody has said a life of. */
  tokenSeconds: number,
  isUsable: (id: string) => boolean = () => true,
): readonly string[] =>
  keys
    .filter((key, index) => {
      const keptMs = Math.max(key.tokenSeconds ?? 0, tokenSeconds) * 1000 + graceMs
      return keys.slice(index + 1).some((newer) => isUsable(newer.id) && newer.signsFrom + keptMs < now)
    })
    .map((key) => key.id)

const unknownSecret = () => new UnknownSecretError('every signing key is sealed with a secret that is not known here')

export const createSigningKeys = (deps: {
  /** False: a command, which may know other secrets than the nodes. */
  readonly isServer: boolean
  readonly keys: KeyStore
  readonly keyring: Keyring
  readonly channel: Channel
  readonly requireSameDatabase: () => Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly algorithm: 'EdDSA' | 'ES256'
  readonly rotateEverySeconds: number
  readonly accessSeconds: number
}): SigningKeys => {
  const { keys, keyring, clock, log } = deps
  const held = createHeldKeys(deps)

  const add = async (
    newestId: string | null,
    signsFrom: (now: number) => number,
    insert = keys.insertSigningKey,
  ): Promise<void> => {
    const pair = await generateKeyPair(deps.algorithm === 'EdDSA' ? 'EdDSA' : 'ES256', { extractable: true })
    const [privateJwk, publicPart] = await Promise.all([exportJWK(pair.privateKey), exportJWK(pair.publicKey)])
    const id = randomToken(12)
    const now = clock.now()
    const publicJwk = { ...publicPart, kid: id, alg: deps.algorithm, use: 'sig' }
    const row = {
      id,
      algorithm: deps.algorithm,
      publicJwk: JSON.stringify(publicJwk),
      sealedPrivateJwk: seal(keyring.newest(), sealContext(id), JSON.stringify(privateJwk)),
      createdAt: now,
      signsFrom: signsFrom(now),
      tokenSeconds: deps.accessSeconds,
    }
    if (await insert(row, newestId)) {
      await deps.channel
        .publish([{ kind: 'keys', id }])
        .catch((error) => log.warn({ err: error }, 'other nodes were not told of a new key'))
    }
  }

  // By the rows, not by what this node can open: a newest key that it can't use is still the newest. But it is no answer to who
  // wants another one: somebody may have made it with a secret that no node has.
  const rotate: SigningKeys['rotate'] = async (insert) => {
    const newest = (await keys.listSigningKeys()).at(-1)
    const usable = await held.read()
    if (newest && usable.length === 0) throw unknownSecret()
    if (newest && newest.signsFrom > clock.now() && usable.some(({ id }) => id === newest.id))
      return { id: newest.id, signsFrom: newest.signsFrom }
    await add(newest?.id ?? null, (at) => at + publishLeadMs, insert)
    await held.read()
    const made = (await keys.listSigningKeys()).at(-1)
    if (!made || made.id === newest?.id) throw new UnavailableError('no signing key could be made')
    return { id: made.id, signsFrom: made.signsFrom }
  }

  /** Keys sealed with an older secret are sealed anew, so that the old secret can be dropped one day. */
  const reseal = async (usable: ReadonlySet<string>) => {
    const newest = keyring.newest()
    for (const row of await keys.listSigningKeys()) {
      if (sealedWith(row.sealedPrivateJwk) === newest.id || !usable.has(row.id)) continue
      const secret = await keyring.find(sealedWith(row.sealedPrivateJwk))
      if (!secret) continue
      const again = seal(newest, sealContext(row.id), unseal(secret, sealContext(row.id), row.sealedPrivateJwk))
      await keys.replaceSealedPrivateJwk(row.id, row.sealedPrivateJwk, again)
    }
  }

  let isKept = false
  // A deployment with a shorter life removes no key under tokens that were given for longer.
  const keep = async () => {
    if (!isKept) await keys.keepKeysFor(deps.accessSeconds)
    isKept = true
  }

  const open: SigningKeys['open'] = async (write = (work) => work()) => {
    await write(keep)
    const rows = await keys.listSigningKeys()
    if (rows.length === 0) await add(null, (now) => now)
    const usable = await held.read()
    // Every private key was sealed with a secret that is gone: a new one must sign at once.
    if (usable.length === 0) await add(rows.at(-1)?.id ?? null, (now) => now)
    if (usable.length === 0) await held.read()
  }

  /**
   * A database that took over from before the first key, or was restored so. Nobody waits for it: a transaction that signs
   * holds a connection, and this needs one.
   */
  let isOpening = false
  const openAgain = () => {
    if (isOpening || !deps.isServer) return
    isOpening = true
    open()
      .catch((error) => log.warn({ err: error }, 'no signing key could be made'))
      .finally(() => {
        isOpening = false
      })
  }

  return {
    open,
    keep,
    current: async () => {
      const key = currentKey(await held.get(), clock.now())
      if (key) return key
      openAgain()
      throw new UnavailableError('there is no signing key')
    },
    find: held.find,
    published: held.get,
    list: async () => {
      const all = await held.read()
      if (all.length === 0 && (await keys.listSigningKeys()).length > 0) throw unknownSecret()
      const now = clock.now()
      const signing = currentKey(all, now)
      return all.map((key) => ({
        ...key,
        state: key === signing ? 'signing' : key.signsFrom > now ? 'next' : 'verifying',
      }))
    },
    rotate,
    maintain: async () => {
      await keys.keepKeysFor(deps.accessSeconds)
      const usable = await held.read()
      await reseal(new Set(usable.map((key) => key.id)))
      const newest = usable.at(-1)
      const now = clock.now()
      if (newest && now - newest.signsFrom >= deps.rotateEverySeconds * 1000) await rotate()
      // Those that can't be opened as well: they would be looked at for ever.
      const rows = await keys.listSigningKeys()
      const gone = retired(rows, now, deps.accessSeconds, (id) => usable.some((key) => key.id === id))
      if (gone.length > 0) {
        await keys.deleteSigningKeys(gone)
        await held.read()
      }
    },
  }
}
