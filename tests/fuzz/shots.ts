// Requests drawn from an OpenAPI document: each operation as it is meant, and bent in one to three places.
import fc from 'fast-check'
import { bends } from './bends.ts'
import { fromSchema, type Schema } from './from-schema.ts'
import { type Cookies, encodeSegment, type Shot, senders } from './shot.ts'

type Parameter = { readonly name: string; readonly in: string; readonly schema: Schema }
type Operation = {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

const plainShots = (document: Document): fc.Arbitrary<Shot> => {
  const resolve = (reference: string) => document.components.schemas[reference.split('/').at(-1) ?? ''] ?? {}
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const arbitraryOf = ({ path, method, operation: { parameters = [], requestBody } }: (typeof operations)[number]) => {
    const valued = (where: string) =>
      fc.record(
        Object.fromEntries(
          parameters
            .filter((one) => one.in === where)
            .map(({ name, schema }) => [
              name,
              fromSchema(schema, resolve).map((value) => encodeSegment(String(value))),
            ]),
        ),
      )
    const schema = Object.values(requestBody?.content ?? {})[0]?.schema
    return fc.record({
      method: fc.constant(method),
      path: valued('path').map((values) => path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')),
      query: valued('query').map((values) => new URLSearchParams(values).toString()),
      headers: fc.constant({}),
      body: schema ? fromSchema(schema, resolve) : fc.constant(undefined),
      raw: fc.constant(null),
      cookies: fc.constantFrom<Cookies>('own', 'own', 'own', 'own', 'none', 'old', 'mixed'),
      csrf: fc.constant(true),
      origin: fc.constant(true),
      sender: fc.nat({ max: senders - 1 }),
      knows: fc.boolean(),
      lands: fc.integer({ min: 0, max: 9 }).map((die) => die > 0),
    })
  }
  // Sessions live on by some acts and end by others: with as many of each, none would ever grow old.
  const weightOf = (path: string) => (/(refresh|ack)$/.test(path) ? 6 : 1)
  return fc.oneof(...operations.map((one) => ({ weight: weightOf(one.path), arbitrary: arbitraryOf(one) })))
}

/** A third as meant, the rest bent. */
export const shotsOf = (document: Document): fc.Arbitrary<Shot> =>
  fc
    .tuple(
      plainShots(document),
      fc.oneof(
        fc.constant([]),
        bends.map((bend) => [bend]),
        fc.array(bends, { maxLength: 3 }),
      ),
    )
    .map(([shot, changes]) => changes.reduce((bent, bend) => bend(bent), shot))
