// An account at a provider becomes a way into an account here: the row with its tokens, the record, and word to the owner.
import { postNotice } from '../accounts/post-notice.ts'
import type { Account } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import { sealTokens } from '../identities/sealed-tokens.ts'
import type { Identity, IdentityStore } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import { randomToken } from '../primitives/random.ts'
import type { Provider } from './provider.ts'
import type { HandleContent } from './sealed-handle.ts'

export type ConnectStores = {
  readonly identities: Pick<IdentityStore, 'insert' | 'isDisowned' | 'takeBack'>
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
  readonly audit: AuditStore
}

/**
 * Connects, in the transaction that holds the account's row. `by`: `sign_up` of an account that is made with it, whose owner needs no
 * letter. After the commit call `mailPosted`. Null: another account has this one at the provider, or it was
 * disconnected by its owner, who alone connects it again.
 */
export const connectIdentity = async (
  deps: { readonly keyring: Pick<Keyring, 'newest'> },
  stores: ConnectStores,
  input: {
    readonly account: Account
    readonly provider: Pick<Provider, 'id' | 'name'>
    readonly content: HandleContent
    readonly by: 'sign_up' | 'email' | 'owner'
    readonly now: number
    readonly context: Context
  },
): Promise<Identity | null> => {
  const { account, provider, content, by, now, context } = input
  const { subject, email, label } = content.profile
  const userId = account.id
  const id = randomToken(16)
  const identity: Identity = {
    id,
    userId,
    provider: provider.id,
    issuer: content.issuer,
    subject,
    email,
    label,
    createdAt: now,
    lastUsedAt: by === 'owner' ? null : now,
    grantedAt: now,
    tokens: sealTokens(deps.keyring, { id, userId }, content.tokens),
    refreshingUntil: null,
  }
  if (by === 'email' && (await stores.identities.isDisowned(identity))) return null
  if (!(await stores.identities.insert(identity))) return null
  if (by === 'owner') await stores.identities.takeBack(identity)
  const details = { provider: provider.id, by }
  const act = { action: 'identity:link', at: now, userId, resource: 'identity', resourceId: id, details }
  await stores.audit.append([auditEntry(context, act)])
  const notice = { kind: 'identity_linked', provider: provider.name, label } as const
  if (by !== 'sign_up') await postNotice(deps, stores, { notice, account, now, context })
  return identity
}
