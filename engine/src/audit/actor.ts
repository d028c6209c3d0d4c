import type { SessionId, UserId } from '../primitives/ids.ts'
import { type Context, noContext } from './entry.ts'

/** Who acts when a command or an application calls an act: `{ kind: 'operator', name: 'ada' }`. On record with the act. */
export type Actor = { readonly kind: 'operator' | 'application'; readonly name: string }

/** A user who acts on what others have, bounded by what that user holds; by a session, which must still live when it is done. */
export type UserActor = {
  readonly kind: 'user'
  readonly id: UserId
  readonly sessionId?: SessionId
  /** What the session itself was found to hold: it may be less than what its user's roles hold by now, and bounds the act too. */
  readonly within?: readonly string[]
  /** Where the request came from, for the record. */
  readonly context?: Context
}

export type AnyActor = Actor | UserActor

/** How the record names an actor: `operator:ada`, `user:` and the id. */
export const nameActor = (actor: AnyActor): string => `${actor.kind}:${actor.kind === 'user' ? actor.id : actor.name}`

/** Where an act came from, and which user's that is: commands and applications say nothing of it. */
export const contextOf = (actor: AnyActor): Context =>
  actor.kind === 'user' ? { ...noContext, ...actor.context, actorId: actor.id } : noContext
