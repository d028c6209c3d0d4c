/** Whether a text could be an email address: enough to catch a slip of the hand. The server decides. */
export const looksLikeEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text)
