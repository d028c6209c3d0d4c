// What `whoseAccount` decides, of what is stored by now.
import { type Email, parseEmail } from '../accounts/email.ts'
import type { AccountStore } from '../accounts/store.ts'
import type { IdentityStore } from '../identities/store.ts'
import type { Provider } from './provider.ts'
import type { HandleContent } from './sealed-handle.ts'
import { type Decision, whoseAccount } from './whose-account.ts'

export type DecideStores = {
  readonly accounts: Pick<AccountStore, 'findByEmailKey'>
  readonly identities: Pick<IdentityStore, 'findBySubject' | 'isDisowned'>
}

/** `email`: what the provider gave, where it is an address. */
export const decide = async (
  { signUpOpen }: { readonly signUpOpen: boolean },
  stores: DecideStores,
  { provider, content: { issuer, profile } }: { readonly provider: Provider; readonly content: HandleContent },
): Promise<{ readonly decision: Decision; readonly email: Email | null }> => {
  const email = profile.email === null ? null : parseEmail(profile.email)
  const subject = { provider: provider.id, issuer, subject: profile.subject }
  const identity = await stores.identities.findBySubject(subject)
  const account = email && (await stores.accounts.findByEmailKey(email.key))
  const who = account && { userId: account.id, ...subject }
  const decision = whoseAccount({
    identity,
    hasEmail: email !== null,
    emailVerified: profile.emailVerified,
    account,
    isDisowned: who !== null && (await stores.identities.isDisowned(who)),
    signUpOpen,
  })
  return { decision, email }
}
