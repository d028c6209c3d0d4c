// What came with a request, checked against the endpoint's schemas before a handler sees it (VAL-1).
import type { Endpoint, EndpointName, endpoints } from '@vigile/contract'
import { z } from 'zod'
import { type Body, readJson } from './body.ts'
import { type FieldFault, type Refusal, refuse } from './outcome.ts'
import { validate } from './validate.ts'

/** VAL-1: bodies are bounded. */
const maxBodyBytes = 64 * 1024

export type RawInput = {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, readonly string[]>>
}

export type Input = {
  readonly kind: 'input'
  readonly body: unknown
  readonly params: unknown
  readonly query: unknown
}

type PartOf<Name extends EndpointName, Part extends 'body' | 'params' | 'query'> =
  (typeof endpoints)[Name] extends Record<Part, infer Schema extends z.ZodType>
    ? z.output<Schema>
    : Record<never, never>

/** What a handler gets of a request: each part as the endpoint's own schema gave it. */
export type InputOf<Name extends EndpointName> = {
  readonly body: PartOf<Name, 'body'>
  readonly params: PartOf<Name, 'params'>
  readonly query: PartOf<Name, 'query'>
}

/** The body of a change. Null: a read has none that counts. */
export const readBody = async ({ method }: Endpoint, request: Request): Promise<Body | null> =>
  method === 'GET' ? null : readJson(request, maxBodyBytes)

/** What came, checked. A body that could not be read is refused here too: who asks comes before what is asked. */
export const readInput = (endpoint: Endpoint, json: Body | null, raw: RawInput): Input | Refusal => {
  const params = endpoint.params ? validate(endpoint.params, raw.params) : none
  if (!params.ok) return refuse('not_found')
  const given = Object.entries(raw.query)
  const isList = (name: string) => endpoint.lists?.includes(name) ?? false
  const repeated = given.filter(([name, values]) => values.length > 1 && !isList(name))
  if (repeated.length > 0) return invalid(repeated.map(([path]) => ({ path, code: 'invalid', key: 'fields.invalid' })))
  const single = Object.fromEntries(given.map(([name, values]) => [name, isList(name) ? values : values[0]]))
  const query = endpoint.query || given.length > 0 ? validate(endpoint.query ?? nothing, single) : none
  if (!query.ok) return invalid(query.fields)
  if (json === null) return { kind: 'input', body: {}, params: params.value, query: query.value }
  if (!json.ok) {
    if (json.error !== 'not_json' && json.error !== 'not_utf8') return refuse(json.error)
    return invalid([{ path: '', code: json.error, key: `fields.${json.error}` }])
  }
  const body = validate(endpoint.body ?? nothing, json.value)
  return body.ok ? { kind: 'input', body: body.value, params: params.value, query: query.value } : invalid(body.fields)
}

const nothing = z.strictObject({})
const none = { ok: true, value: {} } as const

const invalid = (fields: readonly FieldFault[]): Refusal => refuse('validation_failed', { fields })
