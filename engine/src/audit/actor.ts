import type { SessionId, UserId } from '../primitives/ids.ts'

/** Who acts when a command or an application calls an act: `{ kind: 'operator', name: 'ada' }`. On record with the act. */
export type Actor = { readonly kind: 'operator' | 'application'; readonly name: string }

/** A user who acts on what others have, bounded by what that user holds; by a session, which must still live when it is done. */
export type UserActor = { readonly kind: 'user'; readonly id: UserId; readonly sessionId?: SessionId }

/** How the record names an actor: `operator:ada`, `user:` and the id. */
export const nameActor = (actor: Actor | UserActor): string =>
  `${actor.kind}:${actor.kind === 'user' ? actor.id : actor.name}`
