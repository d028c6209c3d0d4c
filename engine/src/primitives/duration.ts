const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** A length of time as people write it: `'15m'`, `'7d'`, `'90s'`, `'24h'`. */
export type Duration = `${number}${keyof typeof unitSeconds}`

/**
 * Seconds of a duration, or null where the text is not one (`'15m'` → 900).
 * Accepts whole numbers of seconds, minutes, hours or days.
 */
export const parseDuration = (text: string): number | null => {
  const match = /^(\d{1,7})([smhd])$/.exec(text)
  return match ? Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds] : null
}
