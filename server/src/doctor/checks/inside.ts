import type { EngineFacts, Facts } from '../facts.ts'

export type State = NonNullable<EngineFacts['state']>

/** What the database told; null where it told nothing, which `database` says. */
export const stateOf = ({ inside }: Facts): EngineFacts['state'] =>
  typeof inside?.engine === 'string' ? null : (inside?.engine?.state ?? null)
