// How a part that people know of was, and from when to when that was seen.

/** `degraded`: it works, slower or with less than usual. */
export type PartState = 'up' | 'degraded' | 'down'

export type Period = {
  /** `sign-in`, `email`, or `provider:` and its id. */
  readonly part: string
  readonly state: PartState
  /** Epoch milliseconds. */
  readonly beganAt: number
  /** When it was last seen so. */
  readonly seenAt: number
}

export const signInPart = 'sign-in'
export const emailPart = 'email'
export const providerPart = (id: string): string => `provider:${id}`

const order: readonly (PartState | null)[] = [null, 'up', 'degraded', 'down']

/** Null: not known, and any state is worse than that. */
export const worst = <State extends PartState | null>(states: readonly State[]): State | null =>
  states.reduce<State | null>((one, other) => (isWorse(other, one) ? other : one), null)

export const isWorse = (one: PartState | null, other: PartState | null): boolean =>
  order.indexOf(one) > order.indexOf(other)
