// Values that a JSON schema of the OpenAPI document allows.
import fc from 'fast-check'

export type Schema = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
  readonly pattern?: string
  readonly $ref?: string
}

/** Few, so that the same accounts are met again and again. */
const people = ['ada', 'bert', 'carl', 'dora', 'emil'].map((name) => `${name}@example.com`)
const passwords = ['quiet-harbour-lantern-42', 'calm-meadow-window-17', 'another-harbour-lantern-42']

const text = ({ enum: choices, format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<unknown> => {
  if (choices) return fc.constantFrom(...choices)
  if (format === 'email') return fc.oneof(fc.constantFrom(...people), fc.emailAddress())
  if (format === 'password') return fc.constantFrom(...passwords)
  const free = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) })
  if (pattern === undefined) return free
  const fits = new RegExp(pattern, 'u')
  // A pattern that allows most words is met by sieving, a narrow one by its own generator.
  return fits.test('Ada Lovelace') ? free.filter((word) => fits.test(word)) : fc.stringMatching(fits)
}

/** What the schema allows; `resolve` follows a `$ref`. */
export const fromSchema = (schema: Schema, resolve: (reference: string) => Schema): fc.Arbitrary<unknown> => {
  const inner = (one: Schema) => fromSchema(one, resolve)
  if (schema.$ref !== undefined) return inner(resolve(schema.$ref))
  if (schema.const !== undefined) return fc.constant(schema.const)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map(inner))
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['null'])
  return fc.oneof(...types.map((type) => ofType(type, schema, inner)))
}

const ofType = (type: string, schema: Schema, inner: (one: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
  const { minimum: min = 0, maximum: max = 1000, properties = {}, required = [] } = schema
  switch (type) {
    case 'string':
      return text(schema)
    case 'integer':
    case 'number':
      return fc.integer({ min, max: Math.max(min, max) })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(inner(schema.items ?? {}), { maxLength: 3 })
    case 'object': {
      const fields = Object.entries(properties).map(([name, one]) => [name, inner(one)] as const)
      return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] })
    }
    default:
      return fc.constant(null)
  }
}
