// An authenticator in software, and the browser before it (WebAuthn Level 3): right answers, and wrong ones to order.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import type {
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
} from '@vigile/contract'

/** COSE: ES256, EdDSA, RS256, and one that nobody offered (ES384). */
export type Algorithm = -7 | -8 | -257 | -35

export type Flags = { readonly up?: boolean; readonly uv?: boolean; readonly be?: boolean; readonly bs?: boolean }

/** What is to be wrong. */
export type WrongCeremony = {
  readonly clientData?: Readonly<Record<string, unknown>>
  /** Sent in its place. */
  readonly rawClientData?: string
  readonly rpId?: string
  readonly flags?: Flags
  readonly counter?: number
  /** Signs in place of the passkey's own key. */
  readonly key?: KeyObject
  /** With a registration: another than the authenticator would choose. */
  readonly credentialId?: Uint8Array
  readonly algorithm?: Algorithm
  readonly attestation?: { readonly fmt: string; readonly attStmt: Map<string, unknown> }
  /** Left out, or of somebody else. */
  readonly userHandle?: string | undefined
}

export type SoftPasskey = {
  readonly id: string
  readonly rpId: string
  readonly userHandle: string
  readonly privateKey: KeyObject
  counter: number
}

export type Authenticator = {
  /** What it holds; a copy of it is a copied authenticator. */
  readonly passkeys: SoftPasskey[]
  create(options: PasskeyCreationOptions, wrong?: WrongCeremony): PasskeyRegistration
  get(options: PasskeyRequestOptions, wrong?: WrongCeremony): PasskeyAssertion
}

const base64Url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url')
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest()

const keyPair = (algorithm: Algorithm) => {
  if (algorithm === -8) return generateKeyPairSync('ed25519')
  if (algorithm === -257) return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return generateKeyPairSync('ec', { namedCurve: algorithm === -7 ? 'P-256' : 'P-384' })
}

/** RFC 9052 section 7, RFC 9053 section 7: labels are numbers. */
const coseKey = (publicKey: KeyObject, algorithm: Algorithm): Uint8Array => {
  const jwk = publicKey.export({ format: 'jwk' })
  const part = (name: 'x' | 'y' | 'n' | 'e') => Uint8Array.from(Buffer.from(String(jwk[name]), 'base64url'))
  const entries: [number, number | Uint8Array][] =
    algorithm === -8
      ? [
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, part('x')],
        ]
      : algorithm === -257
        ? [
            [1, 3],
            [3, -257],
            [-1, part('n')],
            [-2, part('e')],
          ]
        : [
            [1, 2],
            [3, algorithm],
            [-1, algorithm === -7 ? 1 : 2],
            [-2, part('x')],
            [-3, part('y')],
          ]
  return isoCBOR.encode(new Map(entries))
}

/** Section 6.1: hash of the RP ID, flags, counter, and what more there is. */
const authenticatorData = (input: {
  readonly rpId: string
  readonly flags: Flags
  readonly counter: number
  readonly attested?: Uint8Array
}): Buffer => {
  const { up = true, uv = true, be = true, bs = true } = input.flags
  const bits = (up ? 1 : 0) | (uv ? 4 : 0) | (be ? 8 : 0) | (bs ? 16 : 0) | (input.attested ? 64 : 0)
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(input.counter)
  return Buffer.concat([sha256(input.rpId), Buffer.of(bits), counter, input.attested ?? Buffer.alloc(0)])
}

const attested = (credentialId: Uint8Array, publicKey: Uint8Array): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(credentialId.length)
  return Buffer.concat([Buffer.alloc(16), length, credentialId, publicKey])
}

const signature = (data: Uint8Array, key: KeyObject): Buffer =>
  sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', data, key)

/**
 * `flags`: what it says of itself where nothing else is asked for; by default a synced passkey's. `counts`: it counts its uses;
 * synced ones don't.
 */
export const createAuthenticator = (
  origin: string,
  setup: { readonly flags?: Flags; readonly counts?: boolean } = {},
): Authenticator => {
  const passkeys: SoftPasskey[] = []
  const clientData = (type: string, challenge: string, { clientData: more, rawClientData }: WrongCeremony) =>
    Buffer.from(rawClientData ?? JSON.stringify({ type, challenge, origin, crossOrigin: false, ...more }))

  return {
    passkeys,
    create: (options, wrong = {}) => {
      const { algorithm = -7, credentialId = randomBytes(32), attestation } = wrong
      const { publicKey, privateKey } = keyPair(algorithm)
      const id = base64Url(credentialId)
      const passkey: SoftPasskey = { id, rpId: options.rp.id, userHandle: options.user.id, privateKey, counter: 0 }
      passkeys.push(passkey)
      const authData = authenticatorData({
        rpId: wrong.rpId ?? options.rp.id,
        flags: { ...setup.flags, ...wrong.flags },
        counter: wrong.counter ?? passkey.counter,
        attested: attested(credentialId, coseKey(publicKey, algorithm)),
      })
      const object = new Map<string, unknown>([
        ['fmt', attestation?.fmt ?? 'none'],
        ['attStmt', attestation?.attStmt ?? new Map()],
        ['authData', Uint8Array.from(authData)],
      ])
      return {
        id,
        rawId: id,
        type: 'public-key',
        authenticatorAttachment: 'platform',
        clientExtensionResults: { credProps: { rk: true } },
        response: {
          clientDataJSON: base64Url(clientData('webauthn.create', options.challenge, wrong)),
          attestationObject: base64Url(isoCBOR.encode(object as Parameters<typeof isoCBOR.encode>[0])),
          transports: ['internal', 'hybrid'],
        },
      }
    },
    get: (options, wrong = {}) => {
      const allowed = options.allowCredentials?.map(({ id }) => id)
      const passkey = passkeys.findLast(({ id, rpId }) => rpId === options.rpId && (allowed?.includes(id) ?? true))
      if (!passkey) throw new Error('this authenticator has no passkey for that')
      if (setup.counts) passkey.counter += 1
      const data = clientData('webauthn.get', options.challenge, wrong)
      const authData = authenticatorData({
        rpId: wrong.rpId ?? passkey.rpId,
        flags: { ...setup.flags, ...wrong.flags },
        counter: wrong.counter ?? passkey.counter,
      })
      const signed = signature(Buffer.concat([authData, sha256(data)]), wrong.key ?? passkey.privateKey)
      const userHandle = 'userHandle' in wrong ? wrong.userHandle : passkey.userHandle
      return {
        id: passkey.id,
        rawId: passkey.id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64Url(data),
          authenticatorData: base64Url(authData),
          signature: base64Url(signed),
          ...(userHandle !== undefined && { userHandle }),
        },
      }
    },
  }
}
