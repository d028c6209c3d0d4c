// Texts of errors are made by others (drivers, providers, Node) and may quote anything. What leaves the machine is searched once more.
const patterns: readonly (readonly [RegExp, string])[] = [
  // Of an address.
  [/(?<=:\/\/)[^\s/@'"]{1,500}@/g, '[credentials]@'],
  [/[?#][^\s'"<>]{1,2000}/g, '?[query]'],
  [/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '[email]'],
  [/\b(bearer|basic|dpop)\s+[^\s'"]{1,4000}/gi, '$1 [token]'],
  [/(password|secret|token|cookie|authorization)("?\s*[=:]\s*"?)[^\s'",;]{1,4000}/gi, '$1$2[secret]'],
  // Tokens, keys and hashes; no word of a sentence and no name of a function or a file is like this.
  [/(?=[\w+/=.-]*\d)[\w+=-]{20,}(?:[./][\w+=-]{10,})*/g, '[token]'],
]
const maxLength = 4_000

/** The text without emails, credentials, queries and what looks like a token; 4,000 characters at most. */
export const scrub = (text: string): string =>
  patterns.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text.slice(0, maxLength))
