// How a part is, in the words of people, from what this node knows. What a part consists of is nobody's business.
import { lateLetterMs } from '../mail/held-up.ts'
import type { ProviderState } from '../provider-calls/provider-clients.ts'
import type { PartState } from './period.ts'

/** What readiness tells of each part. */
export type PartsReady = { readonly parts: Readonly<Record<string, 'ok' | 'degraded' | 'down'>> }

/** A provider that failed stays so until a call has gone well; where nobody signs in there, no longer than this. */
const untriedMs = 10 * 60_000

/** What sign-in and sessions need; mail and an end that is near are none of it. */
const needed = ['database', 'clock', 'migrations', 'sameDatabase', 'writes']
const helpful = ['channel', 'redis']

export const signInState = ({ parts }: PartsReady): PartState => {
  if (needed.some((part) => parts[part] === 'down')) return 'down'
  return helpful.every((part) => (parts[part] ?? 'ok') === 'ok') ? 'up' : 'degraded'
}

/** `oldest`: when the oldest letter was written that waits as all others do; null: letters go out. */
export const emailState = (oldest: number | null, now: number): PartState =>
  oldest !== null && now - oldest > lateLetterMs ? 'degraded' : 'up'

export const providerState = ({ state, since }: Pick<ProviderState, 'state' | 'since'>, now: number): PartState => {
  if (state === 'closed') return 'up'
  return state === 'half_open' && now - since > untriedMs ? 'up' : 'down'
}
