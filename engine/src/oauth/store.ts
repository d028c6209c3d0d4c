// What is stored of sign-ins with providers that are under way. Times are epoch milliseconds.
import type { SessionId, UserId } from '../primitives/ids.ts'

/**
 * Who is signed in here and began: the handle is good for this user alone, and to link for this very session. With `sign_in`
 * it is somebody who signs in again.
 */
export type Linking = { readonly userId: UserId; readonly sessionId: SessionId }

/** What is known of a state or a handle that was refused: for the record, never for the answer. */
export type Standing = { readonly provider: string; readonly usedAt: number | null; readonly expiresAt: number }

/** What a flow and its handle are for: one to sign in links nothing, and the other way round. */
export type HandlePurpose = 'sign_in' | 'link'

/** A flow that has gone to the provider. */
export type OAuthState = {
  readonly stateHash: string
  readonly purpose: HandlePurpose
  readonly provider: string
  /** Of the flow's secret, which only the cookie of the browser that began holds (OAU-2). */
  readonly browserHash: string
  /** The origin of the front end that it comes back to. */
  readonly frontend: string
  /** A path there. */
  readonly returnTo: string
  /** Null: nobody who is signed in here. */
  readonly linking: Linking | null
  readonly createdAt: number
  readonly expiresAt: number
}

export interface OAuthStateStore {
  insert(state: OAuthState): Promise<void>
  /**
   * Uses the state up: one conditional statement, so that of many requests one wins. A jar may hold cookies of several flows:
   * one of `browserHashes` must be the state's. Null: unknown, used, expired, of another provider or of another browser.
   */
  use(
    wanted: { readonly stateHash: string; readonly provider: string; readonly browserHashes: readonly string[] },
    now: number,
  ): Promise<OAuthState | null>
  standing(stateHash: string): Promise<Standing | null>
  /** Forgets up to `limit` that expired before; the number forgotten. Locks nothing that others need. */
  deleteOld(before: number, limit: number): Promise<number>
}

/** What the provider said, waiting for the browser that began to come for it. */
export type OAuthHandle = {
  readonly handleHash: string
  readonly purpose: HandlePurpose
  readonly provider: string
  readonly browserHash: string
  /** The profile and the tokens, sealed and bound to the handle. */
  readonly sealed: string
  readonly returnTo: string
  /** Null: nobody who is signed in here. */
  readonly linking: Linking | null
  readonly createdAt: number
  readonly expiresAt: number
}

type WantedHandle = {
  readonly handleHash: string
  readonly purpose: HandlePurpose
  readonly browserHashes: readonly string[]
}

export interface OAuthHandleStore {
  insert(handle: OAuthHandle): Promise<void>
  /** The handle, while it is good. It uses nothing up. */
  find(wanted: WantedHandle, now: number): Promise<OAuthHandle | null>
  /**
   * Uses the handle up: one conditional statement, so that of many requests one wins (S-58). What it held is forgotten. Null: unknown,
   * used, expired, for something else or of another browser.
   */
  use(wanted: WantedHandle, now: number): Promise<OAuthHandle | null>
  standing(handleHash: string): Promise<Standing | null>
  /** Forgets up to `limit` that expired before; the number forgotten. Locks nothing that others need. */
  deleteOld(before: number, limit: number): Promise<number>
}
