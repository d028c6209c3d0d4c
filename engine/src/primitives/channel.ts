/** What the nodes tell each other: drop what you hold of this. */
export type Invalidation =
  | { readonly kind: 'session' | 'user' | 'keys' | 'roles'; readonly id: string }
  | { readonly kind: 'everything' }

/** The way in which nodes tell each other what has changed. It is never the only way: entries also grow old. */
export type Channel = {
  /** Tells every node, this one included. Call after the commit. Rejects when the message could not be sent. */
  publish(messages: readonly Invalidation[]): Promise<void>
  /** False while no heartbeat has come for 3 s: then nothing held in memory may be trusted. Cheap enough for every check. */
  isAlive(): boolean
  /** `{ kind: 'everything' }` is told whenever messages may have been missed. Gives a function that unsubscribes. */
  subscribe(listener: (message: Invalidation) => void): () => void
  close(): Promise<void>
}
