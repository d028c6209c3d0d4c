import type { ManagedUser, Vigile } from '@vigile/engine'
import type { Catalogue } from '../messages/catalogue.ts'
import type { Report } from './report.ts'

/** The user with this email address or id; or the exit code of having said that there is none. */
export const findUser = async (
  vigile: Vigile,
  who: string,
  report: Report,
  { users }: Catalogue,
): Promise<ManagedUser | number> => (await vigile.users.find(who)) ?? report.refused('not_found', users.unknown(who))
