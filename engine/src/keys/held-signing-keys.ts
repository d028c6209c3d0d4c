// The signing keys as this node holds them: opened once, read again in the background.
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Channel } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { DerivedKeys } from './derive.ts'
import type { Keyring } from './keyring.ts'
import { sealedWith, unseal } from './seal.ts'
import type { KeyStore, SigningKeyRow } from './store.ts'

/** Keys are read from the database again after so long, whatever the channel says. */
const rereadMs = 60_000
/** After a failure, and for unknown key ids, they are read at most this often: forged ids cost nothing. */
const retryMs = 5_000

export type SigningKey = {
  readonly id: string
  readonly algorithm: 'EdDSA' | 'ES256'
  readonly privateKey: KeyObject
  readonly publicKey: CryptoKey
  readonly publicJwk: JWK
  readonly createdAt: number
  readonly signsFrom: number
}

export type HeldKeys = {
  /** Read anew, oldest first. */
  read(): Promise<readonly SigningKey[]>
  /** What is held; waits for the database only where nothing is. */
  get(): Promise<readonly SigningKey[]>
  /** A published key by its id, or null. Rejects where an unknown one could not be looked for, or not be opened. */
  find(id: string): Promise<SigningKey | null>
}

/** What a sealed private key is bound to. */
export const sealContext = (id: string) => `signing key ${id}`

export const createHeldKeys = (deps: {
  readonly keys: KeyStore
  readonly keyring: Pick<Keyring, 'find'>
  readonly channel: Channel
  readonly requireSameDatabase: () => Promise<void>
  readonly log: Log
}): HeldKeys => {
  const { keys, keyring, log } = deps
  let held: readonly SigningKey[] = []
  /** Published, and sealed with a secret that this node does not know yet: their tokens can't be checked here. */
  let closed: readonly string[] = []
  /** Of which it is in the log that they are closed: once, not at every reading. */
  const said = new Set<string>()
  let dueAt = Number.NEGATIVE_INFINITY
  let startedAt = Number.NEGATIVE_INFINITY
  let started = 0
  let taken = 0
  let trouble: unknown
  let reading: Promise<unknown> | undefined
  deps.channel.subscribe((message) => {
    if (message.kind === 'keys' || message.kind === 'everything') dueAt = Number.NEGATIVE_INFINITY
  })

  /** What is no key this node can't use: it goes on with the others. */
  const open = async (row: SigningKeyRow): Promise<SigningKey | 'closed' | 'changed'> => {
    const known = held.find((key) => key.id === row.id)
    if (known) return known
    const secret = await keyring.find(sealedWith(row.sealedPrivateJwk))
    if (!secret) {
      if (!said.has(row.id))
        log.warn({ signingKey: row.id }, 'a signing key is sealed with a secret that this node does not know')
      said.add(row.id)
      return 'closed'
    }
    try {
      return await openWith(secret, row)
    } catch (error) {
      log.error({ err: error, signingKey: row.id }, 'a signing key was changed in the database, and is not used')
      return 'changed'
    }
  }

  const read = async (): Promise<readonly SigningKey[]> => {
    started += 1
    const turn = started
    startedAt = performance.now()
    dueAt = startedAt + rereadMs
    try {
      const rows = await keys.listSigningKeys()
      // All of them at once are never replaced. Where the data was lost, tokens stay genuine until it is back.
      const isStrange = held.length > 0 && !rows.some(({ id }) => held.some((key) => key.id === id))
      if (isStrange) await deps.requireSameDatabase()
      const outcomes = await Promise.all(rows.map(open))
      const opened = outcomes.filter((outcome) => typeof outcome !== 'string')
      // One that was sent earlier and comes back later knows less.
      if (turn > taken) {
        taken = turn
        held = opened
        closed = rows.filter((_, index) => outcomes[index] === 'closed').map(({ id }) => id)
      }
      trouble = undefined
      return opened
    } catch (error) {
      trouble = error
      dueAt = performance.now() + retryMs
      throw error
    }
  }

  const readAgain = (): Promise<unknown> => {
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  /**
   * Where what is held may be old it is read anew, and nobody waits for it: while the database is down the keys go on
   * serving, and a transaction that signs must not wait for another connection.
   */
  const fresh = (): readonly SigningKey[] => {
    if (performance.now() >= dueAt)
      readAgain().catch((error) => log.warn({ err: error }, 'the signing keys could not be read again'))
    return held
  }

  return {
    read,
    get: async () => (held.length > 0 ? fresh() : read()),
    find: async (id) => {
      const find = (among: readonly SigningKey[]) => among.find((candidate) => candidate.id === id) ?? null
      const known = find(fresh())
      if (known) return known
      if (reading || performance.now() - startedAt >= retryMs) await readAgain()
      else if (trouble) throw new UnavailableError('the signing keys could not be read', { cause: trouble })
      const found = find(held)
      if (!found && closed.includes(id))
        throw new UnavailableError('this signing key is sealed with a secret that is not known here yet')
      return found
    },
  }
}

/**
 * Fails where the seal was broken, or where the public half is not that of the sealed one: who can write to the database
 * can't make the engine accept tokens of his own.
 */
const openWith = async (secret: DerivedKeys, row: SigningKeyRow): Promise<SigningKey> => {
  const privateJwk = JSON.parse(unseal(secret, sealContext(row.id), row.sealedPrivateJwk)) as JWK
  const publicJwk = JSON.parse(row.publicJwk) as JWK
  const { kty, crv, x, y } = privateJwk
  if (publicJwk.kty !== kty || publicJwk.crv !== crv || publicJwk.x !== x || publicJwk.y !== y)
    throw new Error('the public half belongs to another key')
  const privateKey = createPrivateKey({ format: 'jwk', key: privateJwk as JsonWebKey })
  const publicKey = await importJWK(publicJwk, row.algorithm)
  return { ...row, privateKey, publicKey: publicKey as CryptoKey, publicJwk }
}
