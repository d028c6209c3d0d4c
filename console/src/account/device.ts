// How a session is named to its owner.
import type { ListedSession } from '@vigile/contract'
import type { Say } from '../messages/i18n.ts'

/** Such as `Firefox on Linux`, from what is known of it. */
export function deviceName({ browser, system }: Pick<ListedSession, 'browser' | 'system'>, say: Say): string {
  if (browser && system) return say('sessions.on', { browser, system })
  return browser ?? system ?? say('sessions.unknownDevice')
}
