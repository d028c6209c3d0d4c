import type { Entered, Exchanged, KeepOffered } from '@vigile/contract'
import { openWithToken } from '../navigation/link-token.ts'
import { goOn, goOnTo, goOnToSecondFactor, keepAccountHref } from '../navigation/routes.ts'

/** Goes on after a sign-in: to where the reader was going, or to what comes before that. */
export function goOnFrom(entered: Entered | KeepOffered | Exchanged): void {
  const isFirst = 'next' in entered
  if (isFirst && entered.next === 'keep_account') openWithToken(keepAccountHref, entered.token, entered.deleteAt)
  else if ('returnTo' in entered) goOnTo(entered.returnTo, isFirst ? 'secondFactor' : undefined)
  else if (isFirst) goOnToSecondFactor()
  else goOn()
}
