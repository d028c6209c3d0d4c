// Whatever a provider's API answers, it is a profile of known size, or nobody is signed in.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { discord } from './discord.ts'
import { github } from './github.ts'
import { google } from './google.ts'
import { oauth2 } from './oauth2.ts'
import { oidc } from './oidc.ts'
import type { Provider } from './provider.ts'

const forge = oauth2({
  id: 'forge',
  name: 'Forge',
  authorizationEndpoint: 'https://forge.example.com/authorize',
  tokenEndpoint: 'https://forge.example.com/token',
  scopes: [],
  profile: { url: 'https://forge.example.com/user', of: (user) => user },
})

const line = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^\P{Cc}+$/u)
    .nullable()
const profileSchema = z.strictObject({
  subject: z.string().min(1).max(255),
  email: line(320),
  emailVerified: z.boolean(),
  name: line(200),
  image: z
    .url({ protocol: /^https$/ })
    .max(2048)
    .nullable(),
  label: line(100),
})

/** What may stand in a field, odd or not. */
const value = fc.oneof(
  { weight: 3, arbitrary: fc.anything({ maxDepth: 1 }) },
  { weight: 2, arbitrary: fc.constantFrom('7', 7, true, 'true', 'a@example.com', 'https://x.example/a.png', '\u0000') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 300, maxLength: 2500 }) },
)
const id = fc.oneof(fc.constantFrom('7', 7), value)
const fields = [
  ...['username', 'discriminator', 'global_name', 'avatar', 'email', 'verified'],
  ...['login', 'name', 'avatar_url', 'primary'],
  ...['email_verified', 'picture', 'preferred_username', 'hd'],
  ...['emailVerified', 'image', 'label'],
]
const object = fc.record(
  { ...Object.fromEntries(fields.map((field) => [field, value])), id, sub: id, subject: id },
  { requiredKeys: ['id', 'sub', 'subject'] },
)
const answer = fc.oneof(
  { weight: 5, arbitrary: object },
  { weight: 2, arbitrary: fc.array(object, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.anything() },
)

test.each<[string, Provider]>([
  ['Discord', discord()],
  ['GitHub', github()],
  ['Google', google()],
  ['an OpenID Connect provider', oidc()],
  ['an OAuth 2 provider', forge],
])('%s may answer anything', async (_, provider) => {
  let profiles = 0
  await fc.assert(
    fc.asyncProperty(object, answer, answer, async (claims, first, second) => {
      const answers = [first, second]
      const read = async () => answers.shift()
      const profile = await provider.profile(read, claims, 'https://id.example.com/me').catch((error: unknown) => {
        expect(error).toBeInstanceOf(Error)
        return null
      })
      if (profile === null) return
      profiles += 1
      profileSchema.parse(profile)
    }),
    { numRuns: 300 },
  )
  // Otherwise nothing was seen.
  expect(profiles).toBeGreaterThan(0)
})
