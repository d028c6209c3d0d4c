// Someone who has an account, a browser and an authenticator.
import { type Authenticator, createAuthenticator, type WrongCeremony } from '../support/authenticator.ts'
import type { Site } from '../support/site.ts'
import type { Ask, Reply, Visitor } from '../support/visitor.ts'

export type Owner = {
  readonly visitor: Visitor
  readonly email: string
  readonly id: string
  readonly authenticator: Authenticator
  /** Of the passkey that was added. */
  readonly passkeyId: string
}

let people = 0

/** Signs up, and adds a passkey. */
export const owner = async (
  site: Pick<Site, 'visitor' | 'publicUrl'>,
  setup: Parameters<typeof createAuthenticator>[1] = {},
): Promise<Owner> => {
  const visitor = site.visitor()
  people += 1
  const email = `owner${people}@example.com`
  const { body } = await visitor.signUp(email)
  const authenticator = createAuthenticator(site.publicUrl, setup)
  const added = await addPasskey(visitor, authenticator)
  return { visitor, email, id: body.user.id, authenticator, passkeyId: added.body.passkey.id }
}

/** As the account page does. */
export const addPasskey = async (visitor: Visitor, authenticator: Authenticator): Promise<Reply> => {
  const { body } = await visitor.post('/api/auth/factors/passkeys/options')
  return visitor.post('/api/auth/factors/passkeys', { response: authenticator.create(body) })
}

export const assertion = async (visitor: Visitor, authenticator: Authenticator, wrong?: WrongCeremony) =>
  authenticator.get((await visitor.post('/api/auth/passkey/options')).body, wrong)

/** As the sign-in page does. */
export const signInWithPasskey = async (
  visitor: Visitor,
  authenticator: Authenticator,
  wrong?: WrongCeremony,
  ask?: Ask,
): Promise<Reply> =>
  visitor.post('/api/auth/passkey/login', { response: await assertion(visitor, authenticator, wrong) }, ask)
