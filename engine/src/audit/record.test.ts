import { expect, test } from 'vitest'
import { createRecord, type RecordInput } from './record.ts'
import type { AuditEntry } from './store.ts'

const setUp = () => {
  const written: AuditEntry[] = []
  const record = createRecord({
    audit: { append: async (entries) => void written.push(...entries) },
    clock: { now: () => 1_000 },
    contextOf: (_request, peer) => ({ ip: peer.address ?? null, userAgent: 'a browser', requestId: 'r' }),
  })
  return { record, written }
}

test('AUD-1 what an application did is on record with who, what and from where', async () => {
  const { record, written } = setUp()
  await record({
    action: 'products:publish',
    resource: 'Product',
    resourceId: 'p1',
    userId: 'u1',
    details: { before: { price: 1 }, after: { price: 2 } },
    request: new Request('http://localhost/'),
    peer: { address: '192.0.2.1' },
  })
  expect(written).toMatchObject([
    {
      at: 1_000,
      action: 'products:publish',
      resource: 'Product',
      resourceId: 'p1',
      userId: 'u1',
      details: { before: { price: 1 }, after: { price: 2 } },
      ip: '192.0.2.1',
      userAgent: 'a browser',
      requestId: 'r',
    },
  ])
})

test('AUD-2 S-90 no secret: values of keys that name one are left out, however deep', async () => {
  const { record, written } = setUp()
  const details = { body: { newPassword: 'hunter2', list: [{ accessToken: 'abc' }], bypass: 1 }, 'X-Api-Key': 'k' }
  await record({ action: 'products:update', details })
  expect(JSON.stringify(written)).not.toMatch(/hunter2|abc|"k"/)
  expect(written[0]?.details).toMatchObject({ body: { newPassword: '[left out]', bypass: 1 } })
})

test('AUD-2 S-90 no secret of an object that says itself what it is as JSON, nor under any name that secrets have', async () => {
  const { record, written } = setUp()
  const model = {
    id: 7,
    toJSON: () => ({ id: 7, password: 'hunter2', nested: { toJSON: () => ({ token: 'hunter2' }) } }),
  }
  const names = [
    ...['tokens', 'cookies', 'passwords', 'secrets', 'passwordHash', 'secretKey', 'pwd', 'pin', 'pinCode', 'jwt'],
    ...['motDePasse', 'mot_de_passe', 'accesstoken', 'session-cookie', 'APIKey', 'otp', 'userPass'],
  ]
  const named = Object.fromEntries(names.map((name) => [name, 'hunter2']))
  const headers = [
    ['authorization', 'hunter2'],
    ['Cookie', 'hunter2'],
    ['accept', 'text/html'],
  ]
  const credentials = { user: 'ada', pass: 'hunter2' }
  await record({
    action: 'products:update',
    details: { before: model, named, headers, login: credentials, credentials },
  })
  expect(JSON.stringify(written)).not.toContain('hunter2')
  expect(written[0]?.details).toMatchObject({ before: { id: 7 }, login: { user: 'ada' } })
  expect(JSON.stringify(written)).toContain('text/html')
  const plain = { bypass: 1, secretary: 'Bob', compass: 'N', pinned: true, at: new Date(0) }
  await record({ action: 'products:update', details: plain })
  expect(written[1]?.details).toEqual({ ...plain, at: '1970-01-01T00:00:00.000Z' })
})

const round: Record<string, unknown> = {}
round.self = round

test.each<[string, RecordInput]>([
  ['an action without a verb', { action: 'products' }],
  ['an action in capitals', { action: 'Products:Create' }],
  ['an action with a line end', { action: 'products:create\nroot' }],
  ['an action without an end', { action: `products:${'a'.repeat(100)}` }],
  ['an act of the engine: a deletion that never was', { action: 'user:delete', userId: 'u1' }],
  ['an act of the engine: the end of a session', { action: 'session:end' }],
  ['a resource with a line end', { action: 'products:create', resource: 'a\r\n[SECURITY] forged' }],
  ['a resource with NUL', { action: 'products:create', resourceId: 'a\u0000' }],
  ['a user id of 201 characters', { action: 'products:create', userId: 'a'.repeat(201) }],
  ['details that are too big', { action: 'products:create', details: { text: 'é'.repeat(4_096) } }],
  ['details that go round', { action: 'products:create', details: round }],
  ['details that are no data', { action: 'products:create', details: (() => {}) as never }],
  ['details that are a list', { action: 'products:create', details: [1] as never }],
  ['a resource that is no text', { action: 'products:create', resource: 5 as never }],
  ['an action that is no text', { action: ['products:create'] as never }],
  ['details with a bigint', { action: 'products:create', details: { count: 1n } }],
])('AUD-1 S-90 refused, and nothing is written: %s', async (_, input) => {
  const { record, written } = setUp()
  await expect(record(input)).rejects.toThrow(RangeError)
  expect(written).toEqual([])
})
