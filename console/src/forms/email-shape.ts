/**
 * Whether a text could be an email address: enough to catch a slip of the hand (`ada@example`, `ada@example,com`) together
 * with what else is wrong in the form. The server decides.
 */
export const looksLikeEmail = (text: string): boolean => /^[^\s@]+@[^\s@.,;]+(\.[^\s@.,;]+)+$/.test(text.trim())
