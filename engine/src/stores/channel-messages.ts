// What nodes send each other over Redis or PostgreSQL, as text.
import type { Invalidation } from '../primitives/channel.ts'

export type Received =
  | { readonly kind: 'beat'; readonly from: string; readonly at: number }
  | { readonly kind: 'messages'; readonly from: string; readonly messages: readonly Invalidation[] }

// NOTIFY takes less than 8,000 bytes.
const maxLength = 7_000
const maxMessages = 1_000
const envelopeLength = JSON.stringify({ from: '', messages: [] }).length

export const encodeBeat = (from: string, at: number): string => JSON.stringify({ from, at })

/** One text or more; where there is too much to tell, `everything`. */
export const encodeMessages = (from: string, messages: readonly Invalidation[]): readonly string[] => {
  if (messages.length > maxMessages) return encodeMessages(from, [{ kind: 'everything' }])
  const parts: Invalidation[][] = []
  let length = Number.POSITIVE_INFINITY
  for (const message of messages) {
    // With the comma between two.
    const more = Buffer.byteLength(JSON.stringify(message)) + 1
    if (length + more > maxLength) {
      parts.push([])
      length = envelopeLength + Buffer.byteLength(from)
    }
    parts.at(-1)?.push(message)
    length += more
  }
  return parts.map((part) => JSON.stringify({ from, messages: part }))
}

/** What a text says. A text of a newer release may say what this one does not know: then `everything`. */
export const decode = (text: string): Received => {
  const unknown: Received = { kind: 'messages', from: '', messages: [{ kind: 'everything' }] }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return unknown
  }
  if (!isRecord(value) || typeof value.from !== 'string') return unknown
  const { from, at, messages } = value
  if (typeof at === 'number') return { kind: 'beat', from, at }
  if (!Array.isArray(messages) || !messages.every(isInvalidation)) return unknown
  return { kind: 'messages', from, messages }
}

const kinds: readonly unknown[] = ['session', 'user', 'keys', 'roles'] satisfies Invalidation['kind'][]

const isInvalidation = (value: unknown): value is Invalidation =>
  isRecord(value) && (value.kind === 'everything' || (kinds.includes(value.kind) && typeof value.id === 'string'))

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
