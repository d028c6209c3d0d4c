/**
 * The sections of the account page, in their order: who you are (profile, email), how you sign in (password, factors,
 * passkeys), where you are signed in (sessions), what is kept of you (data, deletion).
 */
export const sections = ['profile', 'email', 'password', 'twoStep', 'passkeys', 'sessions', 'data', 'deletion'] as const
