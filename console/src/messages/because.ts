// Why the sign-in page is shown. An address only says that somebody was sent here: anyone can write one. What is told is what
// this browser learnt from the server itself.
import type { SessionEndReason } from '@vigile/contract'
import { type Because, en } from './en.ts'

/** Ends that need no explanation to whoever comes later by themselves. */
const expected: readonly SessionEndReason[] = ['signed_out', 'signed_out_everywhere', 'unknown']

/**
 * What to tell, or null. A link can make the page ask for a sign-in or say that a session is over, nothing more.
 * @param asked `because` in the address: any text
 * @param learnt the client's `endReason()`
 */
export function becauseOf(asked: string | null, learnt: SessionEndReason | null): Because | null {
  if (asked === 'reauthentication_required') return asked
  const sent = asked !== null && Object.hasOwn(en.because, asked)
  if (learnt && (sent || !expected.includes(learnt))) return learnt
  return sent ? 'unknown' : null
}
