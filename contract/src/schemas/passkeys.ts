// What crosses the wire of WebAuthn (Level 3, section 5.1.8): options to the browser, and what the authenticator answered.
import { z } from 'zod'
import { nameInput } from '../schemas.ts'

/** Longest base64url of anything in a ceremony, in characters: what is longer is no authenticator's. */
const maxPart = 16_384
const base64Url = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^[A-Za-z0-9_-]+$/)

/** WebAuthn section 4: at most 1,023 bytes, so at most 1,364 characters of base64url. */
const credentialIdInput = base64Url(1364)
const transportsInput = z.array(z.string().min(1).max(32)).max(10)

const credentialInput = {
  id: credentialIdInput,
  rawId: credentialIdInput,
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  clientExtensionResults: z.record(z.string().max(64), z.unknown()),
}

/** `RegistrationResponseJSON`. Only `clientDataJSON`, `attestationObject` and `transports` are used. */
export const passkeyRegistrationInput = z.strictObject({
  ...credentialInput,
  response: z.strictObject({
    clientDataJSON: base64Url(maxPart),
    attestationObject: base64Url(maxPart),
    authenticatorData: base64Url(maxPart).optional(),
    transports: transportsInput.optional(),
    publicKeyAlgorithm: z.number().int().optional(),
    publicKey: base64Url(maxPart).optional(),
  }),
})
export type PasskeyRegistration = z.infer<typeof passkeyRegistrationInput>

/** `AuthenticationResponseJSON`. */
export const passkeyAssertionInput = z.strictObject({
  ...credentialInput,
  response: z.strictObject({
    clientDataJSON: base64Url(maxPart),
    authenticatorData: base64Url(maxPart),
    signature: base64Url(maxPart),
    userHandle: base64Url(128).optional(),
  }),
})
export type PasskeyAssertion = z.infer<typeof passkeyAssertionInput>

const passkeyNameInput = nameInput.max(64)

export const addPasskeyBody = z.strictObject({
  response: passkeyRegistrationInput,
  name: passkeyNameInput.optional().meta({ description: 'Default: the browser and the system.' }),
})
export const renamePasskeyBody = z.strictObject({ name: passkeyNameInput })
export const passkeySignInBody = z.strictObject({ response: passkeyAssertionInput })
export const passkeyIdParam = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{22}$/) })

const credentialSchema = z.object({
  id: z.string(),
  type: z.literal('public-key'),
  transports: z.array(z.string()).optional(),
})

/** `PublicKeyCredentialCreationOptionsJSON`, as `startRegistration` of `@simplewebauthn/browser` takes it. */
export const passkeyCreationOptionsSchema = z.object({
  rp: z.object({ id: z.string(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.number().int() })),
  timeout: z.number().int().meta({ description: 'Milliseconds.' }),
  excludeCredentials: z.array(credentialSchema),
  authenticatorSelection: z.object({
    residentKey: z.literal('required'),
    requireResidentKey: z.literal(true),
    userVerification: z.literal('required'),
  }),
  attestation: z.literal('none'),
  extensions: z.object({ credProps: z.literal(true) }),
  hints: z.array(z.string()),
})
export type PasskeyCreationOptions = z.infer<typeof passkeyCreationOptionsSchema>

/** `PublicKeyCredentialRequestOptionsJSON`, as `startAuthentication` takes it. */
export const passkeyRequestOptionsSchema = z.object({
  rpId: z.string(),
  challenge: z.string(),
  allowCredentials: z.array(credentialSchema).optional(),
  timeout: z.number().int().meta({ description: 'Milliseconds.' }),
  userVerification: z.literal('required'),
})
export type PasskeyRequestOptions = z.infer<typeof passkeyRequestOptionsSchema>

/** A passkey as its owner sees it. */
export const passkeySchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.number().meta({ description: 'Epoch milliseconds.' }),
  lastUsedAt: z.number().nullable().meta({ description: 'Epoch milliseconds; null: never.' }),
  backedUp: z.boolean().meta({ description: 'Synced to the owner’s other devices; else on one device only.' }),
})
export type Passkey = z.infer<typeof passkeySchema>

export const passkeyAddedSchema = z.object({
  passkey: passkeySchema,
  recoveryCodes: z
    .array(z.string())
    .nullable()
    .meta({ description: 'With the first factor of an account: shown this once.' }),
})
export type PasskeyAdded = z.infer<typeof passkeyAddedSchema>
