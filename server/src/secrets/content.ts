// What a source gives, before the secret is taken out of it.
import type { Environment } from '../configuration/environment.ts'

export type Content = {
  /** A text, or a text for each field. */
  readonly content: unknown
  /** How long it may be taken for what the source has; null: the source does not say. */
  readonly leaseSeconds: number | null
}

export type Source = (place: string, environment: Environment) => Promise<Content>

/** Longer is no secret, but the wrong file. */
const maxLength = 65_536

/** Throws where there is no such field, or what is there is no text, empty, or too long. The fields of a text are those of its JSON. */
export const takeSecret = (content: unknown, field: string | null): string => {
  const found: unknown =
    field === null ? content : fieldOf(typeof content === 'string' ? parseJson(content) : content, field)
  if (typeof found !== 'string') throw new Error(field === null ? 'it is no text' : `it has no text in "${field}"`)
  const text = found.trim()
  if (text === '') throw new Error('it is empty')
  if (text.length > maxLength) throw new Error(`it is longer than ${maxLength} characters`)
  return text
}

/** What the parser itself says holds a part of the text. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it is no JSON')
  }
}

const fieldOf = (content: unknown, field: string): unknown =>
  typeof content === 'object' && content !== null && Object.hasOwn(content, field)
    ? (content as Record<string, unknown>)[field]
    : undefined
