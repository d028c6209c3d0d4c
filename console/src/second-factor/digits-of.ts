/** The six digits in what was typed, whatever an app put between them; null where there are not six. */
export const digitsOf = (typed: string): string | null => {
  const digits = typed.replace(/[\s.-]/g, '')
  return /^[0-9]{6}$/.test(digits) ? digits : null
}
