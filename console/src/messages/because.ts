// Why the sign-in page is shown. An address only says that somebody was sent here: anyone can write one. What is told is what
// this browser learnt from the server itself.
import type { SessionEndReason } from '@vigile/contract'
import type { Because } from './en.ts'

// Not read from a catalogue: those are loaded one at a time.
const known: Readonly<Record<Because, true>> = {
  unknown: true,
  signed_out: true,
  signed_out_everywhere: true,
  ended_from_another_device: true,
  ended_by_operator: true,
  replaced: true,
  session_limit: true,
  idle: true,
  expired: true,
  reuse: true,
  password_changed: true,
  email_changed: true,
  reported: true,
  account_disabled: true,
  account_closed: true,
  account_deleted: true,
  key_lost: true,
  reauthentication_required: true,
}

/** Ends that need no explanation to whoever comes later by themselves. */
const expected: readonly SessionEndReason[] = ['signed_out', 'signed_out_everywhere', 'unknown']

/**
 * What to tell, or null. A link can make the page ask for a sign-in or say that a session is over, nothing more.
 * @param asked `because` in the address: any text
 * @param learnt the client's `endReason()`
 */
export function becauseOf(asked: string | null, learnt: SessionEndReason | null): Because | null {
  if (asked === 'reauthentication_required') return asked
  const sent = asked !== null && Object.hasOwn(known, asked)
  if (learnt && (sent || !expected.includes(learnt))) return learnt
  return sent ? 'unknown' : null
}
