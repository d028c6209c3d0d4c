import { settings } from '../settings.ts'

/**
 * The sections of the account page, in their order: who you are (profile, email), how you sign in (password, factors,
 * passkeys, accounts elsewhere), where you are signed in (sessions), what is kept of you (data, deletion).
 */
const all = [
  'profile',
  'email',
  'password',
  'twoStep',
  'passkeys',
  'connections',
  'sessions',
  'data',
  'deletion',
] as const
export type SectionId = (typeof all)[number]

/** Those of this site. */
export const sections: readonly SectionId[] = all.filter((id) => id !== 'connections' || settings.providers.length > 0)
