// `/openapi.json`: that it is OpenAPI 3.1, that it is whole, and that the check of replies against it bites.
import { endpoints, errorStatus } from '@vigile/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openSite, type Site } from '../support/site.ts'
import { checkBody, expectDocumented, type OpenApi, type Operation, readDocument } from './documented.ts'

const jsonSchema = z.record(z.string(), z.unknown())
const content = z.record(z.string(), z.strictObject({ schema: jsonSchema }))
const operation = z.strictObject({
  operationId: z.string().min(1),
  tags: z.tuple([z.string().min(1)]),
  summary: z.string().min(1),
  description: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(
    z.strictObject({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean(), schema: jsonSchema }),
  ),
  requestBody: z.strictObject({ required: z.boolean().optional(), content }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.strictObject({
      description: z.string().min(1),
      headers: z.record(z.string(), z.strictObject({ description: z.string().min(1), schema: jsonSchema })).optional(),
      content: content.optional(),
    }),
  ),
})
/** The part of the OpenAPI 3.1 schema that the document uses, and nothing beyond it. */
const openApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string().min(1), version: z.string().min(1), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.url() })).min(1),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'put', 'post', 'delete', 'patch']), operation),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), jsonSchema),
    securitySchemes: z.record(
      z.string(),
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('apiKey'), in: z.enum(['cookie', 'header', 'query']), name: z.string() }),
        z.strictObject({ type: z.literal('http'), scheme: z.enum(['bearer', 'dpop']), bearerFormat: z.string() }),
      ]),
    ),
  }),
})

let site: Site
let document: OpenApi
beforeAll(async () => {
  site = await openSite('embedded', { publicUrl: 'https://shop.example.com', production: true, name: 'Shop' })
  document = await readDocument(site.vigile, site.publicUrl)
})
afterAll(() => site?.close())

const operations = (): readonly (readonly [string, Operation])[] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const),
  )

const visit = (node: unknown, look: (key: string, value: unknown) => void): void => {
  if (typeof node !== 'object' || node === null) return
  for (const [key, value] of Object.entries(node)) {
    look(key, value)
    visit(value, look)
  }
}

describe('DOC-1 the document', () => {
  test('is OpenAPI 3.1', () => {
    expect(openApi.safeParse(document).error?.issues ?? []).toEqual([])
    expect(document).toMatchObject({ info: { title: 'Shop' }, servers: [{ url: 'https://shop.example.com' }] })
  })

  test('has every route, each with an id of its own', () => {
    const routes = site.vigile.routes().map(({ method, path }) => `${method} ${path}`)
    expect(
      operations()
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(routes.toSorted())
    const ids = operations().map(([, { operationId }]) => operationId)
    expect(ids.toSorted()).toEqual(Object.keys(endpoints).toSorted())
  })

  test('leads nowhere: references, security schemes and parameters exist', () => {
    visit(document, (key, value) => {
      if (key !== '$ref') return
      expect(String(value)).toMatch(/^#\/components\/schemas\//)
      expect(document.components.schemas[String(value).split('/').at(-1) ?? '']).toBeDefined()
    })
    for (const [name, { security, ...rest }] of operations()) {
      for (const one of security.flatMap((each) => Object.keys(each)))
        expect(document.components.securitySchemes[one], `${name} ${one}`).toBeDefined()
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      const { parameters } = rest as unknown as { parameters: { in: string; name: string; required: boolean }[] }
      const declared = parameters.filter((parameter) => parameter.in === 'path')
      expect(declared.map((parameter) => parameter.name)).toEqual(inPath)
      expect(declared.every(({ required }) => required)).toBe(true)
    }
  })

  test('its schemas are JSON Schema that a validator takes', () => {
    for (const [name, { responses }] of operations())
      for (const { content: answers = {} } of Object.values(responses))
        for (const { schema } of Object.values(answers))
          expect(() => checkBody(document, schema, null), name).not.toThrow()
  })

  test('says by which means each operation is authorised', () => {
    const means = Object.fromEntries(
      operations().map(([, { operationId, security }]) => [operationId, security.flatMap((one) => Object.keys(one))]),
    )
    expect(means).toMatchObject({
      me: ['accessCookie', 'bearer'],
      changePassword: ['accessCookie', 'bearer'],
      refresh: ['refreshCookie'],
      logoutAll: ['refreshCookie', 'accessCookie', 'bearer'],
      endSession: ['refreshCookie', 'accessCookie', 'bearer'],
      login: [],
      live: [],
    })
    expect(document.components.securitySchemes).toMatchObject({
      accessCookie: { name: '__Host-vigile_access' },
      refreshCookie: { name: '__Secure-vigile_refresh' },
    })
  })

  test('S-79 says that a bound token takes two headers, and that the browser proves its own endpoints', async () => {
    const bound = await openSite('embedded', { delivery: 'body', sessions: { binding: 'optional' } })
    const { paths, components } = await readDocument(bound.vigile, bound.publicUrl)
    expect(paths['/api/auth/me']?.get?.security).toEqual([{ bearer: [] }, { dpop: [], dpopProof: [] }])
    expect(paths['/api/auth/dbsc/refresh']?.post?.security).toEqual([{ deviceKey: [] }])
    expect(components.securitySchemes).toMatchObject({
      dpop: { type: 'http', scheme: 'dpop' },
      dpopProof: { in: 'header', name: 'DPoP' },
      deviceKey: { in: 'header', name: 'Secure-Session-Response' },
    })
    await bound.close()
  })

  test('in body delivery no access cookie authorises anything', async () => {
    const other = await openSite('embedded', { delivery: 'body' })
    const { paths } = await readDocument(other.vigile, other.publicUrl)
    expect(paths['/api/auth/me']?.get?.security).toEqual([{ bearer: [] }])
    await other.close()
  })

  test('every refusal that it names is a code with that status', () => {
    for (const [name, { responses }] of operations()) {
      for (const [status, { description, content: answers = {} }] of Object.entries(responses)) {
        if (!answers['application/problem+json']) continue
        for (const [, code] of description.matchAll(/`(\w+)`/g))
          expect(errorStatus[code as keyof typeof errorStatus], `${name} ${code}`).toBe(Number(status))
      }
    }
  })
})

describe('the check of replies', () => {
  const reply = (status: number, body: unknown, type = 'application/json') =>
    new Response(body === null ? null : JSON.stringify(body), { status, headers: { 'content-type': type } })
  const check = (method: string, path: string, answer: Response) => expectDocumented(document, method, path, answer)
  const live = { status: 'ok' }

  test('takes what is documented', async () => {
    await check('GET', '/health/live', reply(200, live))
    await check('GET', '/nowhere', reply(404, (await site.visitor().get('/nowhere')).body, 'application/problem+json'))
  })

  test.each([
    ['a status', 'GET', '/health/live', () => reply(418, live)],
    ['a property', 'GET', '/health/live', () => reply(200, { ...live, secret: 1 })],
    ['a value', 'GET', '/health/live', () => reply(200, { status: 'fine' })],
    ['a content type', 'GET', '/health/live', () => reply(200, live, 'text/html')],
    ['a body', 'POST', '/api/auth/logout', () => reply(200, live)],
    ['a path', 'GET', '/nowhere', () => reply(200, live)],
    ['a method', 'PUT', '/health/live', () => reply(200, live)],
  ] as const)('refuses %s that is not', async (_, method, path, answer) => {
    await expect(check(method, path, answer())).rejects.toThrow()
  })
})
