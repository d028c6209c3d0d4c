// A new password that an operator starts, and the owner alone finishes: nobody else ever sets or sees one (S-19).
import type { AnyActor } from '../audit/actor.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import { postLetter } from '../mail/post.ts'
import type { OutboxStore } from '../mail/store.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import { type ActorRefusal, refuseActor } from '../roles/act-on-user.ts'
import type { RoleStore } from '../roles/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import { entryOf, type NotFound, notFound } from './acts-on-accounts.ts'
import type { AccountStore } from './store.ts'

export type SendResetLinkDeps = {
  readonly transact: Transact<{
    accounts: AccountStore
    sessions: SessionStore
    roles: RoleStore
    oneTimeTokens: OneTimeTokenStore
    outbox: OutboxStore
    audit: AuditStore
  }>
  readonly keyring: Pick<Keyring, 'newest'>
  readonly clock: Clock
  readonly mailPosted: () => void
}

/** Sends the link to choose a new password. The present one is good until it is used. Refuses `not_found` (none, or disabled), and what whoever acts may not. */
export const sendResetLink = async (
  deps: SendResetLinkDeps,
  id: UserId,
  by: AnyActor,
): Promise<{ readonly ok: true; readonly value: undefined } | NotFound | ActorRefusal> => {
  const purpose = 'reset_password' as const
  const sent = await deps.transact(async (stores) => {
    const { accounts, oneTimeTokens, outbox, audit } = stores
    const now = deps.clock.now()
    const refusal = await refuseActor(stores, by, { target: id, permission: 'users:update' })
    if (refusal) return refusal
    const account = await accounts.findById(id)
    if (!account?.isActive) return notFound
    const { emailKey, email: to, locale } = account
    const { token, expiresAt } = await issueToken(oneTimeTokens, { purpose, userId: id, emailKey, now })
    const letter = { to, locale: locale ?? 'en', content: { kind: purpose, token } }
    await postLetter(deps, outbox, { kind: purpose, letter, userId: id, now, expiresAt })
    await audit.append([entryOf('user:password-forgot', { id, by, now }, { outcome: 'sent' })])
    return { ok: true, value: undefined } as const
  })
  if (sent.ok) deps.mailPosted()
  return sent
}
