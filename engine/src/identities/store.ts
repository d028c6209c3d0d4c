// Who is who at which provider, and the tokens that providers gave. Times are epoch milliseconds.
import type { UserId } from '../primitives/ids.ts'

/** A provider's tokens, sealed and bound to the identity's row (OAU-7). */
export type SealedTokens = {
  readonly sealed: string
  /** The key that they are sealed with. */
  readonly keyId: string
  /** Of the access token; null: it has no end that is known. */
  readonly expiresAt: number | null
}

/** Who somebody is at a provider. The same subject at two providers is two identities (S-23). */
export type Identity = {
  /** Ours, 22 base64url characters: what the owner names it by. */
  readonly id: string
  readonly userId: UserId
  readonly provider: string
  /** Whose word it is: another issuer under the same id is another provider, whose subjects are other people. */
  readonly issuer: string
  readonly subject: string
  /** As the provider gave it last. */
  readonly email: string | null
  /** What people know the account there by, as the provider gave it last. */
  readonly label: string | null
  readonly createdAt: number
  /** The last sign-in with it. */
  readonly lastUsedAt: number | null
  /** When the person last consented, which brought tokens: at a sign-in or when it was connected. A refresh is none. */
  readonly grantedAt: number
  /** Null: none are held. */
  readonly tokens: SealedTokens | null
  /** A node is fetching new tokens, and has until then; null or past: none is. */
  readonly refreshingUntil: number | null
}

/** Somebody at a provider. */
export type Subject = Pick<Identity, 'provider' | 'issuer' | 'subject'>

/** Somebody at a provider, and an account here. */
export type Disowned = Subject & Pick<Identity, 'userId'>

/** A refresh of tokens under way: `until` tells it from every other one of the same identity. */
export type RefreshLease = { readonly id: string; readonly until: number }

/** An identity, and what answers that were read with it hang on. */
export type ToCall = {
  readonly identity: Identity
  /** When a session of the user was last ended, as far as rows of ended sessions are kept; null: none was. */
  readonly signedOutAt: number | null
}

export interface IdentityStore {
  /** False: somebody has this subject already (one statement, one winner in a race). */
  insert(identity: Identity): Promise<boolean>
  findBySubject(who: Subject): Promise<Identity | null>
  /** The oldest first. */
  listOfUser(userId: UserId): Promise<readonly Identity[]>
  /**
   * The one that was consented to last, of several at that provider. Tokens of another issuer are never its own. Null too where the
   * account is disabled or closed.
   */
  findToCall(userId: UserId, at: Pick<Identity, 'provider' | 'issuer'>): Promise<ToCall | null>
  /** Notes what the provider says by now, and the last sign-in. False: the identity is gone. */
  noteUse(id: string, use: Pick<Identity, 'email' | 'label'> & { readonly now: number | null }): Promise<boolean>
  /** Of a new consent, in place of what was held; a refresh under way comes to nothing. False: the identity is gone. */
  putTokens(id: string, tokens: SealedTokens | null, now: number): Promise<boolean>
  /** The identity that was removed; null: the user had no such identity. */
  remove(userId: UserId, id: string): Promise<Identity | null>
  /** Those that were removed. */
  removeAll(userId: UserId): Promise<readonly Identity[]>
  /** Marks those that were disconnected: by email they are connected no more. The mark goes with the user. */
  disown(disconnected: readonly Disowned[], now: number): Promise<void>
  isDisowned(who: Disowned): Promise<boolean>
  /** Its owner has connected it again. */
  takeBack(who: Disowned): Promise<void>
  /** Takes the turn to refresh the tokens that were read. False: another node has it, or they are others by now. */
  beginRefresh(read: Identity, until: number, now: number): Promise<boolean>
  /** Puts the new tokens, or none, and ends the turn. False: the turn was over, or the tokens were put anew meanwhile. */
  endRefresh(lease: RefreshLease, tokens: SealedTokens | null): Promise<boolean>
  /** Ends the turn, and keeps what was held. */
  leaveRefresh(lease: RefreshLease): Promise<void>
  /** Puts the same tokens under another seal, if they still are those that were read. A refresh under way goes on. */
  replaceSealed(read: Identity, sealed: string, keyId: string): Promise<boolean>
  /** Up to `limit` whose tokens are sealed with other keys than this one, by id, after `after`. */
  listNotUnder(keyId: string, after: string | null, limit: number): Promise<readonly Identity[]>
}
