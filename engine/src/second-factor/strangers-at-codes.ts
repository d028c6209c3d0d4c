import type { UserId } from '../primitives/ids.ts'

/** What strangers' failures in a row at the codes of an account's app are counted by. */
export const strangersAtCodes = (userId: UserId): string => `totp ${userId}`
