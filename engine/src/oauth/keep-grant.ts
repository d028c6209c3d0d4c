// What a provider gave becomes the account's, once the sign-in is whole: every factor was right.
import { parseEmail } from '../accounts/email.ts'
import type { Account } from '../accounts/store.ts'
import type { Context } from '../audit/entry.ts'
import { sealTokens } from '../identities/sealed-tokens.ts'
import type { Identity, IdentityStore } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import { type ConnectStores, connectIdentity } from './connect.ts'
import type { Grant } from './sealed-grant.ts'

export type KeepGrantStores = ConnectStores & {
  readonly identities: ConnectStores['identities'] & Pick<IdentityStore, 'findBySubject' | 'noteUse' | 'putTokens'>
}

type Deps = { readonly keyring: Pick<Keyring, 'newest'> }
type Keeping = {
  /** Its row is locked by the transaction that this is part of. */
  readonly account: Account
  readonly grant: Grant
  readonly now: number
  readonly context: Context
}

/**
 * Connects the account at the provider, or notes its use and its new tokens. After the commit call `mailPosted`. False: what the account
 * was found by has changed since, and the transaction must be undone.
 */
export const keepGrant = async (deps: Deps, stores: KeepGrantStores, keeping: Keeping): Promise<boolean> => {
  const { account, grant } = keeping
  const { subject } = grant.profile
  const known = await stores.identities.findBySubject({ provider: grant.provider.id, issuer: grant.issuer, subject })
  if (known) return known.userId === account.id && renew(deps, stores, keeping, known)
  // Disconnected meanwhile: it opens nothing any more.
  return grant.by === 'email' && connectByEmail(deps, stores, keeping)
}

/** The account may have got another address since it was found, which nobody vouched for. */
const connectByEmail = async (deps: Deps, stores: KeepGrantStores, keeping: Keeping): Promise<boolean> => {
  const { account, grant } = keeping
  const email = grant.profile.email === null ? null : parseEmail(grant.profile.email)
  const isStill = email?.key === account.emailKey && account.emailVerifiedAt !== null
  if (!isStill) return false
  const connecting = { ...keeping, provider: grant.provider, content: grant, by: 'email' } as const
  return (await connectIdentity(deps, stores, connecting)) !== null
}

const renew = async (
  { keyring }: Deps,
  { identities }: KeepGrantStores,
  { grant: { profile, tokens }, now }: Keeping,
  identity: Identity,
): Promise<boolean> => {
  const { id } = identity
  const isThere = await identities.noteUse(id, { email: profile.email, label: profile.label, now })
  return isThere && identities.putTokens(id, sealTokens(keyring, identity, tokens), now)
}
