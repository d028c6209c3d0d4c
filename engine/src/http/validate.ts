// Input against its schema; each bad field is named in the reader's language (VAL-1).
import type { z } from 'zod'
import type { ChangeFault } from '../accounts/change-password.ts'
import { type FieldFault, refuse } from './outcome.ts'

/** So many faults are named; more help nobody. */
const maxFaults = 20
const maxNames = 100

type Issue = z.core.$ZodIssue

const faultOf = (issue: Issue, path: string): readonly FieldFault[] => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: path === '' ? key : `${path}.${key}`,
        code: 'unknown',
        key: 'fields.unknown',
      }))
    case 'invalid_type':
      return issue.input === undefined
        ? [{ path, code: 'required', key: 'fields.required' }]
        : [{ path, code: 'wrong_type', key: 'fields.wrong_type' }]
    case 'too_small':
      return [{ path, code: 'too_short', key: 'fields.too_short', values: { minimum: Number(issue.minimum) } }]
    case 'too_big':
      return [{ path, code: 'too_long', key: 'fields.too_long', values: { maximum: Number(issue.maximum) } }]
    case 'invalid_value':
      return [{ path, code: 'not_one_of', key: 'fields.not_one_of', values: { values: issue.values.join(', ') } }]
    default:
      return [{ path, code: 'invalid', key: 'fields.invalid' }]
  }
}

export type Validated<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fields: readonly FieldFault[] }

export const validate = <Value>(schema: z.ZodType<Value>, input: unknown): Validated<Value> => {
  const names = typeof input === 'object' && input !== null ? Object.keys(input) : []
  // Nothing here has so many fields; naming each one would cost more than sending them did.
  if (names.length > maxNames) return { ok: false, fields: [{ path: '', code: 'invalid', key: 'fields.invalid' }] }
  const result = schema.safeParse(input, { reportInput: true })
  if (result.success) return { ok: true, value: result.data }
  const fields = result.error.issues.flatMap((issue) => faultOf(issue, issue.path.join('.')))
  return { ok: false, fields: fields.slice(0, maxFaults) }
}

/** An address that has the form of one for the schema, and is none. */
export const badEmail = refuse('validation_failed', {
  fields: [{ path: 'email', code: 'invalid_email', key: 'fields.invalid_email' }],
})

/** The faults of a new password, at the field that it came in. */
export const passwordFields = (path: string, faults: readonly ChangeFault[]): readonly FieldFault[] =>
  faults.map(({ code, ...values }) => ({ path, code: `password_${code}`, key: `fields.password_${code}`, values }))
