// A site whose every reply is held against its own OpenAPI document, and against the headers that no answer lacks.
import type { Vigile, VigileOptions } from '@vigile/engine'
import { expect } from 'vitest'
import { z } from 'zod'
import { openSite, type Site, type StoreKind } from '../support/site.ts'
import { createVisitor } from '../support/visitor.ts'

type Schema = Record<string, unknown>
export type OpenApi = {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, Schema>; readonly securitySchemes: Record<string, Schema> }
}
type Answer = { readonly content?: Record<string, { readonly schema: Schema }> }
export type Operation = {
  readonly operationId: string
  readonly security: readonly Record<string, unknown>[]
  readonly responses: Record<string, Answer & { readonly description: string }>
}

export const readDocument = async (vigile: Vigile, publicUrl: string): Promise<OpenApi> =>
  (await vigile.fetch(new Request(`${publicUrl}/openapi.json`), { address: '127.0.0.1' })).json() as Promise<OpenApi>

const decoded = (path: string) => {
  try {
    return path.split('/').map(decodeURIComponent)
  } catch {
    return []
  }
}

/** The path of the document that this path is an instance of; `%61` is another spelling of `a` (RFC 3986 section 2.3). */
const templateOf = (document: OpenApi, path: string) => {
  const segments = decoded(path)
  return Object.keys(document.paths).find((template) => {
    const wanted = template.split('/')
    const fits = (one: string, index: number) => one === segments[index] || (one.startsWith('{') && segments[index])
    return wanted.length === segments.length && wanted.every(fits)
  })
}

const compiled = new WeakMap<Schema, z.ZodType>()
const zodOf = (schema: Schema): z.ZodType => {
  const known = compiled.get(schema) ?? z.fromJSONSchema(schema as never)
  compiled.set(schema, known)
  return known
}

export const checkBody = (document: OpenApi, schema: Schema, body: unknown): readonly unknown[] => {
  const reference = (schema.$ref as string | undefined)?.replace('#/components/schemas/', '')
  const resolved = reference === undefined ? schema : document.components.schemas[reference]
  return zodOf(resolved ?? {}).safeParse(body).error?.issues ?? []
}

/** Fails where a reply is none that the document names: path, method, status, content type, body. */
export const expectDocumented = async (document: OpenApi, method: string, path: string, reply: Response) => {
  const said = `${method} ${path} answered ${reply.status}`
  const type = reply.headers.get('content-type')?.split(';')[0]
  const text = await reply.text()
  const template = templateOf(document, path)
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
  const operation = template === undefined ? undefined : document.paths[template]?.[verb]
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  // What no operation stands for: another method of a known path (HEAD too, where a GET uses something up), or an unknown path.
  const shared = template ? (method === 'OPTIONS' ? 204 : 405) : 404
  const undocumented: Answer = shared === 204 ? {} : { content: problem }
  const isShared = shared === reply.status && (!operation || method === 'HEAD')
  const answer = operation?.responses[reply.status] ?? (isShared ? undocumented : undefined)
  expect(answer, `${said}, which the document does not say`).toBeDefined()
  const content = answer?.content
  if (!content) return expect(text, `${said} with a body`).toBe('')
  expect(Object.keys(content), `${said} as ${type}`).toContain(type)
  if (method === 'HEAD' || !type?.endsWith('json')) return
  const schema = content[type]?.schema ?? {}
  expect(checkBody(document, schema, JSON.parse(text)), `${said} with another body than documented: ${text}`).toEqual(
    [],
  )
  if (type !== 'application/problem+json') return
  const { code, status } = JSON.parse(text)
  expect(status, said).toBe(reply.status)
  if (operation)
    expect(operation.responses[reply.status]?.description, `${said} with another code`).toContain(`\`${code}\``)
}

const everyAnswer: Readonly<Record<string, string | null>> = {
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'geolocation=(), microphone=(), camera=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-xss-protection': '0',
  server: null,
  'x-powered-by': null,
}

/** HDR-1: what every answer carries, whatever it says. Asked of a hundred thousand answers, so `expect` is called once. */
export const expectSafeHeaders = ({ headers }: Response, secure: boolean) => {
  const policy = headers.get('content-security-policy') ?? ''
  const faults = Object.entries(everyAnswer)
    .filter(([name, value]) => headers.get(name) !== value)
    .map(([name]) => name)
  const check = (name: string, holds: boolean) => holds || faults.push(name)
  check(
    'strict-transport-security',
    headers.get('strict-transport-security') === (secure ? 'max-age=63072000; includeSubDomains' : null),
  )
  check('content-security-policy', /default-src 'none';.*frame-ancestors 'none'/.test(policy))
  check('an open content-security-policy', !/unsafe-(inline|eval|hashes)|\*|data:|https?:/.test(policy))
  check('x-request-id', /^[0-9a-f-]{36}$/.test(headers.get('x-request-id') ?? ''))
  check('access-control-allow-origin', headers.get('access-control-allow-origin') !== '*')
  check('cache-control', headers.getSetCookie().length === 0 || headers.get('cache-control') === 'no-store')
  expect(faults, JSON.stringify([...headers])).toEqual([])
}

export type DocumentedSite = Site & { readonly document: OpenApi }

export const openDocumentedSite = async (
  kind: StoreKind,
  options: Partial<VigileOptions> = {},
): Promise<DocumentedSite> => {
  const site = await openSite(kind, options)
  const document = await readDocument(site.vigile, site.publicUrl)
  const vigile: Vigile = {
    ...site.vigile,
    fetch: async (request, peer) => {
      const reply = await site.vigile.fetch(request, peer)
      expectSafeHeaders(reply, site.publicUrl.startsWith('https:'))
      await expectDocumented(document, request.method, new URL(request.url).pathname, reply.clone())
      return reply
    },
  }
  let visitors = 0
  const { publicUrl, now } = site
  return {
    ...site,
    vigile,
    document,
    visitor: (given) => {
      visitors += 1
      const address = given ?? `203.0.${Math.floor(visitors / 250)}.${(visitors % 250) + 1}`
      return createVisitor({ vigile: () => vigile, publicUrl, now, address, app: options.app ?? 'vigile' })
    },
  }
}
