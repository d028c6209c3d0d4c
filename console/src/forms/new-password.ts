/** Characters of a password as the server counts them: code points after normalisation (NFC, SPEC ACC-2). */
export const passwordLength = (password: string): number => [...password.normalize('NFC')].length
