import type { Entered, KeepOffered } from '@vigile/contract'
import { openWithToken } from '../navigation/link-token.ts'
import { goOn, goOnToSecondFactor, keepAccountHref } from '../navigation/routes.ts'

/** Goes on after a sign-in: to where the reader was going, or to what comes before that. */
export function goOnFrom(entered: Entered | KeepOffered): void {
  if (!('next' in entered)) goOn()
  else if (entered.next === 'second_factor') goOnToSecondFactor()
  else openWithToken(keepAccountHref, entered.token, entered.deleteAt)
}
