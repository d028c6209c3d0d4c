import type { Facts, Seen } from '../facts.ts'

/** What was seen from outside; null where nothing was, which `transport` says. */
export const seenOf = ({ outside }: Facts): Seen | null =>
  outside === null || 'why' in outside.seen ? null : outside.seen
