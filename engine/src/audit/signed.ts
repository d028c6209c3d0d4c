// What the engine says of its own log, signed with a key that the database does not hold (Ed25519, RFC 8032).
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import type { DerivedKeys } from '../keys/derive.ts'
import type { Keyring } from '../keys/keyring.ts'
import { sha256 } from '../primitives/hash.ts'

/** The text that was signed, to the byte, and the signature as base64url. */
export type Signed = { readonly statement: string; readonly signature: string }

/** RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS #8. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

const opened = new WeakMap<DerivedKeys, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>()

const pairOf = (key: DerivedKeys) => {
  const known = opened.get(key)
  if (known) return known
  const der = Buffer.concat([pkcs8, key.auditSeed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const pair = { privateKey, publicKey: createPublicKey(privateKey) }
  opened.set(key, pair)
  return pair
}

const position = z.int().min(0)
const hash = z.string().min(1).max(64)
const time = z.int()

/** Each says of what kind it is: none is taken for another. */
const kinds = {
  checkpoint: z.strictObject({
    kind: z.literal('vigile audit checkpoint'),
    keyId: z.string(),
    position,
    hash,
    at: time,
    /** The position of the checkpoint before: where one is left out, it shows. */
    previous: position,
  }),
  /** How far an anchor has come. */
  anchor: z.strictObject({ kind: z.literal('vigile audit anchor'), keyId: z.string(), name: z.string(), position }),
  head: z.strictObject({
    kind: z.literal('vigile audit head'),
    keyId: z.string(),
    position,
    hash,
    at: time,
    /** When the chain was begun. */
    foundedAt: time,
    /** The time of the newest entry. */
    newestAt: time,
    /** The newest checkpoint. */
    checkpoint: z.strictObject({ position, at: time }),
    /** Up to here the entries were removed when their time was over; null: none were. */
    cut: z.strictObject({ position, hash, at: time }).nullable(),
    /** Up to here an operator has taken the entries as they are, faults and all; null: never. */
    accepted: z.strictObject({ position, hash, at: time }).nullable(),
  }),
} as const

type Kind = keyof typeof kinds
type Statement<Of extends Kind> = z.infer<(typeof kinds)[Of]>
export type Head = Omit<Statement<'head'>, 'kind'>
export type Checkpoint = Omit<Statement<'checkpoint'>, 'kind'>

/** What the chain begins with. */
export const genesis = sha256('vigile audit chain 1', 'base64url')

/** Where the chain begins now: after what was removed or taken as it is. */
export const beginningOf = (head: Pick<Head, 'cut' | 'accepted'> | null): { position: number; hash: string } => {
  const begins = [{ position: 0, hash: genesis }, head?.cut, head?.accepted].filter((start) => start != null)
  const { position, hash } = begins.reduce((last, start) => (start.position > last.position ? start : last))
  return { position, hash }
}

export const signHead = (key: DerivedKeys, head: Omit<Head, 'keyId'>): Signed =>
  signStatement(key, { ...head, kind: 'vigile audit head', keyId: key.id })

export const signCheckpoint = (key: DerivedKeys, checkpoint: Omit<Checkpoint, 'keyId'>): Signed =>
  signStatement(key, { ...checkpoint, kind: 'vigile audit checkpoint', keyId: key.id })

export const signAnchorMark = (key: DerivedKeys, mark: { readonly name: string; readonly position: number }): Signed =>
  signStatement(key, { ...mark, kind: 'vigile audit anchor', keyId: key.id })

const signStatement = (key: DerivedKeys, content: object): Signed => {
  const statement = JSON.stringify(content)
  return { statement, signature: sign(null, Buffer.from(statement), pairOf(key).privateKey).toString('base64url') }
}

/** `claimed`: what it says, which nobody vouches for. */
export type Opened<Of extends Kind> =
  | { readonly ok: true; readonly value: Statement<Of> }
  | { readonly ok: false; readonly error: 'unknown_key'; readonly claimed: Statement<Of> }
  | { readonly ok: false; readonly error: 'forged'; readonly claimed: Statement<Of> | null }

/**
 * What a statement says, where it is of that kind and signed by a key of ours. `unknown_key`: the secret is no longer, or not
 * yet, in this node's list.
 */
export const openSigned = async <Of extends Kind>(
  keyring: Pick<Keyring, 'find'>,
  kind: Of,
  { statement, signature }: Signed,
): Promise<Opened<Of>> => {
  const parsed = kinds[kind].safeParse(parse(statement))
  if (!parsed.success) return { ok: false, error: 'forged', claimed: null }
  const value = parsed.data as Statement<Of>
  const key = await keyring.find(value.keyId)
  if (!key) return { ok: false, error: 'unknown_key', claimed: value }
  const isRight = verify(null, Buffer.from(statement), pairOf(key).publicKey, Buffer.from(signature, 'base64url'))
  return isRight ? { ok: true, value } : { ok: false, error: 'forged', claimed: value }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
