import type { UserId } from '../primitives/ids.ts'

export type PasskeyRow = {
  /** Ours, 22 base64url characters: what the owner names it by. */
  readonly id: string
  readonly userId: UserId
  /** The authenticator's, as base64url; unique. */
  readonly credentialId: string
  /** COSE key (RFC 9052 section 7) as base64url. */
  readonly publicKey: string
  /** Of the last use; 0: it has none. */
  readonly counter: number
  /** BE: may be synced. It never changes (WebAuthn section 6.1.3). */
  readonly backupEligible: boolean
  /** BS: is synced, as of the last use. */
  readonly backedUp: boolean
  /** How browsers reach it: `internal`, `hybrid`, `usb`, … */
  readonly transports: readonly string[]
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export interface PasskeyStore {
  /** False: the credential is known already, of whomever (one statement, one winner in a race). */
  insert(passkey: PasskeyRow): Promise<boolean>
  findByCredentialId(credentialId: string): Promise<PasskeyRow | null>
  /** The oldest first. */
  listOfUser(userId: UserId): Promise<readonly PasskeyRow[]>
  /**
   * One conditional statement: notes a use if the passkey is still there and its counter has grown, or is 0 as it always was.
   * False: it has not, or it is gone.
   */
  use(id: string, use: { readonly counter: number; readonly backedUp: boolean; readonly now: number }): Promise<boolean>
  /** The passkey under its new name; null: the user has no such passkey. */
  rename(userId: UserId, id: string, name: string): Promise<PasskeyRow | null>
  /** The passkey that was removed; null: the user had no such passkey. */
  remove(userId: UserId, id: string): Promise<PasskeyRow | null>
}
