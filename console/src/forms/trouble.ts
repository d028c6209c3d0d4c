// What went wrong with a form, in the shape that the page shows: by field where it can be, above the form otherwise.
import type { NetworkProblem } from '@vigile/client'
import type { ErrorCode, Problem } from '@vigile/contract'
import type { Say } from '../messages/i18n.ts'

/** Words that follow the page's language, or a text that the server has already put into words. */
export type Wording = string | ((say: Say) => string)

export type Trouble<Field extends string> = {
  readonly fields: Readonly<Partial<Record<Field, Wording>>>
  /** Shown above the form. */
  readonly notice: Wording | null
  /** When it makes sense to try again (epoch milliseconds), where the server said so. */
  readonly againAt: number | null
}

export const worded = (wording: Wording, say: Say): string => (typeof wording === 'string' ? wording : wording(say))

export const fieldTrouble = <Field extends string>(fields: Partial<Record<Field, Wording>>): Trouble<Field> => ({
  fields,
  notice: null,
  againAt: null,
})

/** Longest wait that is shown as a time of day; beyond it the server's own words must do. */
const longestWaitSeconds = 24 * 3600

/**
 * Sorts a problem answer: what names a field of this form goes to the field, the rest above the form.
 * @param fields the names of the form's fields
 * @param places where particular error codes belong, such as `{ email_taken: 'email' }`
 * @param now epoch milliseconds
 */
export function troubleOf<Field extends string>(
  problem: Problem | NetworkProblem,
  fields: readonly Field[],
  places: Partial<Record<ErrorCode, Field>> = {},
  now: number = Date.now(),
): Trouble<Field> {
  const found: Partial<Record<Field, Wording>> = {}
  if (problem.code === 'network') {
    // Without fields nothing was typed.
    const words = fields.length > 0 ? 'trouble.network' : 'trouble.unreachable'
    return { fields: found, notice: (say) => say(words), againAt: null }
  }
  const place = places[problem.code]
  if (place) {
    found[place] = problem.detail
    return fieldTrouble(found)
  }
  const elsewhere: string[] = []
  for (const { path, message } of problem.errors ?? []) {
    const field = fields.find((name) => name === path.split(/[./]/).at(-1))
    if (!field) elsewhere.push(message)
    else found[field] ??= message
  }
  const sorted = Object.keys(found).length > 0
  const wait = problem.retryAfterSeconds ?? 0
  return {
    fields: found,
    notice: sorted && elsewhere.length === 0 ? null : elsewhere.join(' ') || problem.detail,
    againAt: problem.code === 'rate_limited' && wait > 0 && wait <= longestWaitSeconds ? now + wait * 1000 : null,
  }
}
