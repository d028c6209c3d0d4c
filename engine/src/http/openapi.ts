// The OpenAPI 3.1 document, from the contract and the route table. Zod gives the JSON Schemas.
import { type Endpoint, type ErrorCode, errorStatus, problemSchema, topicOf } from '@vigile/contract'
import { z } from 'zod'
import type { BindingMode } from '../binding/binding.ts'
import type { Means } from './guards.ts'
import type { Route } from './route.ts'

/** Refusals that every endpoint may answer. */
const shared: readonly ErrorCode[] = ['validation_failed', 'not_found', 'internal_error', 'unavailable']
/** Of a change the body is read, even where there should be none. */
const withChange: readonly ErrorCode[] = ['payload_too_large', 'unsupported_media_type', 'request_timeout']

type Site = {
  readonly name: string
  readonly publicUrl: string
  readonly authPath: string
  readonly cookies: Readonly<Record<'access' | 'refresh' | 'pending', string>>
  readonly binding: BindingMode
}

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

const problemRef = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }

const responses = (endpoint: Endpoint) => {
  const answers = Object.entries(endpoint.answers).map(([status, { schema, means, type, headers = {} }]) => {
    const content = schema
      ? { content: { 'application/json': { schema: jsonSchema(schema, 'output') } } }
      : type
        ? { content: Object.fromEntries([type].flat().map((one) => [one, { schema: { type: 'string' } }])) }
        : {}
    const named = Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ])
    return [
      status,
      { description: means, ...(named.length > 0 && { headers: Object.fromEntries(named) }), ...content },
    ] as const
  })
  const codes = [...new Set([...endpoint.refuses, ...shared, ...(endpoint.method === 'GET' ? [] : withChange)])]
  const byStatus = Map.groupBy(codes, (code) => errorStatus[code])
  const problems = [...byStatus].map(
    ([status, group]) =>
      [String(status), { description: group.map((code) => `\`${code}\``).join(', '), content: problemRef }] as const,
  )
  // An endpoint's own answer wins over a shared problem of the same status (health answers 503 by itself).
  return Object.fromEntries([...problems, ...answers])
}

const parameters = (schema: z.ZodType | undefined, where: 'path' | 'query') => {
  if (!schema) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, unknown>
    required?: readonly string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema: property,
  }))
}

const requestBody = (schema: z.ZodType) => {
  const json = jsonSchema(schema, 'input')
  // An empty body is an empty object.
  return { required: (json.required ?? []).length > 0, content: { 'application/json': { schema: json } } }
}

/** Whoever may send an access token may send one of a bound session, which takes two headers: the token, and a proof. */
const requirements = (by: readonly Means[], binding: BindingMode) =>
  by.flatMap((means) => [
    { [means]: [] },
    ...(means === 'bearer' && binding !== 'off' ? [{ dpop: [], dpopProof: [] }] : []),
  ])

const operation = ({ name, endpoint, guard }: Route, binding: BindingMode) => ({
  operationId: name,
  tags: [topicOf(name)],
  summary: endpoint.summary,
  description: `Guard: ${guard.name}.`,
  security: requirements(guard.by, binding),
  parameters: [...parameters(endpoint.params, 'path'), ...parameters(endpoint.query, 'query')],
  ...(endpoint.body ? { requestBody: requestBody(endpoint.body) } : {}),
  responses: responses(endpoint),
})

/** Where an endpoint stands: below the auth path, or at the root. */
export const pathOf = (endpoint: Endpoint, authPath: string): string =>
  endpoint.path.startsWith('./') ? `${authPath}${endpoint.path.slice(1)}` : endpoint.path

export const openApiDocument = (routes: readonly Route[], site: Site) => {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = pathOf(route.endpoint, site.authPath)
    paths[path] = { ...paths[path], [route.endpoint.method.toLowerCase()]: operation(route, site.binding) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: site.name,
      version: '1',
      description:
        'Changes authorised by a cookie carry `X-CSRF-Token`, the value of the CSRF cookie. Errors are RFC 9457 problem details. A session bound to a key takes a proof of it (`DPoP`, RFC 9449) where `proof_required` is named.',
    },
    servers: [{ url: site.publicUrl }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
      securitySchemes: {
        accessCookie: { type: 'apiKey', in: 'cookie', name: site.cookies.access },
        refreshCookie: { type: 'apiKey', in: 'cookie', name: site.cookies.refresh },
        pendingCookie: { type: 'apiKey', in: 'cookie', name: site.cookies.pending },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        deviceKey: { type: 'apiKey', in: 'header', name: 'Secure-Session-Response' },
        ...(site.binding === 'off'
          ? {}
          : {
              dpop: { type: 'http', scheme: 'dpop', bearerFormat: 'JWT' },
              dpopProof: { type: 'apiKey', in: 'header', name: 'DPoP' },
            }),
      },
    },
  }
}
