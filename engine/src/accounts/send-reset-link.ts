// A new password that an operator starts, and the owner alone finishes: nobody else ever sets or sees one (S-19).
import type { AnyActor } from '../audit/actor.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Limiter, Verdict } from '../limits/limiter.ts'
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
  readonly limiter: Limiter
  readonly recordLimit: RecordLimit
  readonly clock: Clock
  readonly mailPosted: () => void
}

/**
 * Sends the link to choose a new password, in place of the one before. The present password is good until it is used. Refuses `not_found`
 * (none, or disabled), what whoever acts may not, and `rate_limited`: a user who acts fills nobody's mailbox.
 */
export const sendResetLink = async (
  deps: SendResetLinkDeps,
  id: UserId,
  by: AnyActor,
): Promise<
  | { readonly ok: true; readonly value: undefined }
  | NotFound
  | ActorRefusal
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }
> => {
  const purpose = 'reset_password' as const
  // Apart from what anybody can ask for by the email: that keeps no administrator from sending one.
  const hit = { rule: 'linkEmail', key: `${purpose} ${id}`, userId: id } as const
  const hits = by.kind === 'user' ? [hit] : []
  const verdict = await deps.limiter.take(hits)
  if (verdict && !verdict.allowed) {
    const entry = entryOf('user:password-forgot', { id, by, now: deps.clock.now() }, { outcome: 'limited' })
    await deps.recordLimit({ verdict, key: hit.key }, entry)
    return { ok: false, error: 'rate_limited', verdict }
  }
  const sent = await deps.transact(async (stores) => {
    const { accounts, oneTimeTokens, outbox, audit } = stores
    const now = deps.clock.now()
    const refusal = await refuseActor(stores, by, { target: id, permission: 'users:update' })
    if (refusal) return refusal
    const account = await accounts.findById(id)
    if (!account?.isActive) return notFound
    const { emailKey, email: to, locale } = account
    await oneTimeTokens.endAll(id, purpose, now)
    const { token, expiresAt } = await issueToken(oneTimeTokens, { purpose, userId: id, emailKey, now })
    const letter = { to, locale: locale ?? 'en', content: { kind: purpose, token } }
    await postLetter(deps, outbox, { kind: purpose, letter, userId: id, now, expiresAt })
    await audit.append([entryOf('user:password-forgot', { id, by, now }, { outcome: 'sent' })])
    return { ok: true, value: undefined } as const
  })
  if (sent.ok) deps.mailPosted()
  else await deps.limiter.release(hits)
  return sent
}
