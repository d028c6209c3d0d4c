// Sign-in by a link from the mailbox (ACC-4). It is a first factor: where a second one is needed, it comes next (S-15).
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { Identity } from '../identities/store.ts'
import { type OneTimeToken, oneTimeTokenHash } from '../one-time-tokens/one-time-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import { sha256 } from '../primitives/hash.ts'
import type { SessionId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import { announceAccount } from './acts-on-accounts.ts'
import type { IdentitiesGone } from './delete-account.ts'
import { emailHash } from './email.ts'
import { type EnterDeps, type Entered, type EnterStores, enter } from './enter.ts'
import { findDevice } from './known-device.ts'
import { postNotice } from './post-notice.ts'
import { type ProveMailboxStores, proveMailbox } from './prove-mailbox.ts'
import type { Account, AccountStore } from './store.ts'

export type MagicLinkDeps = EnterDeps & {
  readonly accounts: Pick<AccountStore, 'findById' | 'findKnownDevice'>
  readonly oneTimeTokens: Pick<OneTimeTokenStore, 'find'>
  readonly audit: AuditStore
  readonly transact: Transact<EnterStores & ProveMailboxStores>
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
  readonly mailPosted: () => void
  readonly identitiesGone: IdentitiesGone
}

export type MagicLinkInput = {
  readonly token: OneTimeToken
  /** What browsers that asked for a link hold (`askedMark`). */
  readonly marks: readonly string[]
  /** The person has read whose account it is, and goes on. */
  readonly isConfirmed: boolean
  readonly deviceTokens: readonly string[]
  readonly ends: readonly SessionId[]
  readonly boundKey: BoundKey | null
  readonly context: Context
}

export type MagicLinkResult =
  | { readonly ok: true; readonly value: Entered }
  | { readonly ok: false; readonly error: 'link_expired' }
  | { readonly ok: false; readonly error: 'unconfirmed'; readonly email: string }

/**
 * What the browser that asks for a link keeps, to be known again when the link is opened in it. It is made from the token, so nothing
 * is stored for it; and no token can be made from it.
 */
export const askedMark = (token: OneTimeToken): string => sha256(`vigile asked here ${token}`, 'base64url')

/**
 * Signs in by the link, or leaves a sign-in that waits for its second factor. Refuses `link_expired`, and `unconfirmed` in a browser
 * that did not ask for the link, which uses nothing up: whoever is sent a stranger's link must not find themselves in the stranger's
 * account without noticing (login CSRF).
 */
export const signInByLink = async (deps: MagicLinkDeps, input: MagicLinkInput): Promise<MagicLinkResult> => {
  const tokenHash = oneTimeTokenHash('magic_link', input.token)
  const use = await deps.oneTimeTokens.find(tokenHash, 'magic_link', deps.clock.now())
  const account = use && (await deps.accounts.findById(use.userId))
  if (!account?.isActive) return refuseLink(deps, input)
  if (!input.isConfirmed && !input.marks.includes(askedMark(input.token)))
    return { ok: false, error: 'unconfirmed', email: account.email }
  const { deviceToken } = await findDevice(deps.accounts, account.id, input.deviceTokens)
  const done = await commit(deps, input, account, { tokenHash, deviceToken })
  if (!done) return refuseLink(deps, input)
  const { entered, ended, disconnected } = done
  deps.mailPosted()
  deps.identitiesGone(disconnected)
  await announceAccount(deps, account.id, [...ended, ...(entered.kind === 'session' ? entered.begun.ended : [])])
  return { ok: true, value: entered }
}

/** A failed sign-in is on record, or it is not answered as one. */
const refuseLink = async (deps: MagicLinkDeps, { context }: MagicLinkInput): Promise<MagicLinkResult> => {
  const details = { by: 'magic_link', reason: 'link_expired' }
  const entry = { action: 'session:sign-in:failed', at: deps.clock.now(), resource: 'user', details }
  await deps.audit.append([auditEntry(context, entry)])
  return { ok: false, error: 'link_expired' }
}

/** Everything that it writes, in one transaction. Null: another request used the link, or it is no longer the account's. */
const commit = (
  deps: MagicLinkDeps,
  { context, ends, boundKey }: MagicLinkInput,
  { id }: Account,
  { tokenHash, deviceToken }: { readonly tokenHash: string; readonly deviceToken: string | null },
) =>
  deps.transact(async (stores) => {
    const { accounts, oneTimeTokens } = stores
    const now = deps.clock.now()
    // The account's row before the link's, as everywhere: what ends links holds it too.
    const account = await accounts.lockActive(id)
    const used = account && (await oneTimeTokens.use(tokenHash, 'magic_link', now))
    if (!account || account.emailKey !== used?.emailKey) return null
    await oneTimeTokens.endAll(id, 'magic_link', now)
    // The mailbox is proven: that opens a sign-in that strangers' failures had closed (LIM-7).
    await accounts.clearUnknownDeviceAttempts(emailHash({ key: used.emailKey }))
    const isFirst = account.emailVerifiedAt === null
    const { ended, disconnected } = isFirst ? await prove(deps, stores, account, { now, context }) : nothingEnded
    const verified = { ...account, emailVerifiedAt: account.emailVerifiedAt ?? now }
    const details = isFirst ? { verified: 'email' } : {}
    const entry = { account: verified, by: 'magic_link', now, context, ends, boundKey, deviceToken, details } as const
    return { entered: await enter(deps, stores, entry), ended, disconnected }
  })

/** What the first proof has ended. */
type Proven = { readonly ended: readonly SessionId[]; readonly disconnected: readonly Identity[] }
const nothingEnded: Proven = { ended: [], disconnected: [] }

/**
 * The first proof of the mailbox: whoever made the account may have been somebody else (H-3). Nothing of theirs stays.
 */
const prove = async (
  deps: MagicLinkDeps,
  stores: EnterStores & ProveMailboxStores,
  account: Account,
  { now, context }: { readonly now: number; readonly context: Context },
): Promise<Proven> => {
  const disconnected = await proveMailbox(deps, stores, account, { now, context })
  const revoked = await stores.sessions.revokeAllOfUser(account.id, 'reported', now, null)
  await recordRevocations(stores.audit, revoked, { reason: 'reported', now, context })
  const proven = { ended: revoked.map(({ id }) => id), disconnected }
  if (account.passwordHash === null) return proven
  await stores.accounts.replacePassword(account.id, null, null, now)
  await postNotice(deps, stores, { notice: { kind: 'password_removed' }, account, now, context })
  return proven
}
