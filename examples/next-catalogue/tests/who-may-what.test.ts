// Four kinds of visitor, five acts, by pages, by the API and by the actions behind the forms: exactly what the table allows.
import type { Page, Request as SentRequest } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { type Example, startExample } from '../../../tests/support/example.ts'
import type { Visitor } from '../../../tests/support/visitor.ts'
import { demoPassword, signedIn, signInAt } from './people.ts'

const emails = { nobody: null, user: 'user@example.com', editor: 'editor@example.com', admin: 'admin@example.com' }
type Who = keyof typeof emails
const everybody = Object.keys(emails) as Who[]
const acts = ['read', 'create', 'update', 'delete', 'publish'] as const
type Act = (typeof acts)[number]
/** The table of the team. */
const allowed: Readonly<Record<Who, readonly Act[]>> = {
  nobody: [],
  user: ['read'],
  editor: ['read', 'create', 'update'],
  admin: ['read', 'create', 'update', 'delete', 'publish'],
}
const cases = everybody.flatMap((who) => acts.map((act) => ({ who, act, may: allowed[who].includes(act) })))

let example: Example
let browser: Chromium
const people = {} as Record<Who, Visitor>
beforeAll(async () => {
  ;[example, browser] = await Promise.all([
    startExample('next-catalogue', { env: { DEMO_PASSWORD: demoPassword } }),
    launchChromium(),
  ])
  for (const who of everybody) people[who] = await signedIn(example.url, emails[who])
})
afterAll(async () => {
  await browser?.stop()
  await example?.stop()
})

const product = { name: 'Stool', description: 'Three legs.', priceCents: 4_500 }
const newProduct = async (): Promise<string> => (await people.admin.post('/api/products', product)).body.product.id
const catalogue = async () => (await people.admin.get('/api/products')).body.products
const recorded = async (action: string, userId?: string) => {
  const query = new URLSearchParams({ action, ...(userId && { user: userId }) })
  const { status, body, text } = await people.admin.get(`/api/admin/audit?${query}`)
  if (status !== 200) throw new Error(text)
  return body.entries as {
    action: string
    userId: string
    resourceId: string
    ip: string
    details: Record<string, unknown>
  }[]
}
const refusal = { nobody: [401, 'unauthenticated'], others: [403, 'permission_denied'] } as const
const refusalOf = (who: Who) => (who === 'nobody' ? refusal.nobody : refusal.others)

describe('SYS-C RBAC-2 RBAC-3 over the API', () => {
  test.each(cases)('$who, products:$act: $may', async ({ who, act, may }) => {
    const id = await newProduct()
    const before = await catalogue()
    const send = {
      read: () => people[who].get('/api/products'),
      create: () => people[who].post('/api/products', product),
      update: () => people[who].send('PUT', `/api/products/${id}`, { body: { ...product, name: 'Bar stool' } }),
      delete: () => people[who].send('DELETE', `/api/products/${id}`),
      publish: () => people[who].post(`/api/products/${id}/publish`),
    }[act]
    const { status, body } = await send()
    if (may) return expect(status).toBe({ read: 200, create: 201, update: 200, delete: 204, publish: 200 }[act])
    expect([status, body.code]).toEqual(refusalOf(who))
    expect(await catalogue()).toEqual(before)
  })

  test('VAL-1 what is no product is refused with each field named, and nobody sets what they may not', async () => {
    const send = (input: unknown) => people.editor.post('/api/products', input)
    const { status, body } = await send({ ...product, name: ' ', priceCents: -1, isPublished: true })
    expect([status, body.code]).toEqual([400, 'validation_failed'])
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['isPublished', 'name', 'priceCents'])
    for (const odd of [null, [], 'x', { ...product, description: 'x'.repeat(20_000) }])
      expect((await send(odd)).status).toBe(400)
    expect((await people.editor.send('PUT', '/api/products/none', { body: product })).status).toBe(404)
  })

  test('CSRF-1 CSRF-2 attack: a change without the token, or from another origin, is refused', async () => {
    const before = await catalogue()
    const post = (ask: object) => people.admin.post('/api/products', product, ask)
    expect((await post({ csrf: null })).body.code).toBe('csrf_failed')
    expect((await post({ csrf: 'x' })).body.code).toBe('csrf_failed')
    expect((await post({ origin: 'http://sister.localhost:3000' })).body.code).toBe('origin_refused')
    expect(await catalogue()).toEqual(before)
  })

  test('a draft is there for those alone who may work on it', async () => {
    const id = await newProduct()
    const seen = async (who: Who) => [
      (await people[who].get(`/api/products/${id}`)).status,
      (await people[who].get(`/products/${id}`)).status,
      (await people[who].get('/api/products')).body.products.some((one: { id: string }) => one.id === id),
    ]
    expect(await seen('user')).toEqual([404, 404, false])
    expect(await seen('editor')).toEqual([200, 200, true])
    await people.admin.post(`/api/products/${id}/publish`)
    expect(await seen('user')).toEqual([200, 200, true])
  })
})

describe('SYS-C RBAC-3 on the pages', () => {
  test.each(everybody)('%s sees what they may, and of the rest 403 or the sign-in page', async (who) => {
    const id = await newProduct()
    const paths = [
      ['read', '/products'],
      // Its first word is what it demands, and nothing around it asked before: `next build` has to see that it is made for each request.
      ['read', '/price-list'],
      ['create', '/products/new'],
      ['update', `/products/${id}/edit`],
    ] as const
    for (const [act, path] of paths) {
      const { status, headers } = await people[who].get(path, { headers: { accept: 'text/html' } })
      if (who === 'nobody')
        expect([status, headers.get('location')]).toEqual([307, `/sign-in?returnTo=${encodeURIComponent(path)}`])
      else expect([path, status]).toEqual([path, allowed[who].includes(act) ? 200 : 403])
    }
    await people.admin.post(`/api/products/${id}/publish`)
    const { text } = await people[who].get(`/products/${id}`)
    for (const [act, words] of [
      ['update', '>Edit<'],
      ['publish', '>Withdraw<'],
      ['delete', '>Delete<'],
    ] as const)
      expect([act, text.includes(words)]).toEqual([act, allowed[who].includes(act)])
    const admins = await Promise.all(
      ['/people', '/record'].map((path) => people[who].get(path, { headers: { accept: 'text/html' } })),
    )
    const status = { nobody: 307, user: 403, editor: 403, admin: 200 }[who]
    expect(admins.map((answer) => answer.status)).toEqual([status, status])
  })

  test('AUD-1 an administrator does each by clicking; on record with before and after; the same sent by others does nothing', async () => {
    const page = await browser.context.newPage()
    const sent: SentRequest[] = []
    page.on('request', (request) => {
      if (request.headers()['next-action']) sent.push(request)
    })
    await signInAt(page, example.url, emails.admin)
    const acted = await actInBrowser(page)
    expect(sent).toHaveLength(4)

    const { id } = (await people.admin.me()).body.user
    for (const [action, before, after] of [
      ['products:create', null, { name: 'Shelf', priceCents: 1_250, isPublished: false }],
      ['products:update', { priceCents: 1_250 }, { priceCents: 1_300 }],
      ['products:publish', { isPublished: false }, { isPublished: true }],
      ['products:delete', { name: 'Shelf', isPublished: true }, null],
    ] as const) {
      const entry = (await recorded(action, id)).find((one) => one.action === action && one.resourceId === acted)
      expect(entry).toMatchObject({ userId: id, ip: '127.0.0.1' })
      if (before) expect(entry?.details.before).toMatchObject(before)
      else expect(entry?.details.before).toBeNull()
      if (after) expect(entry?.details.after).toMatchObject(after)
      else expect(entry?.details.after).toBeNull()
    }

    // What the buttons hide is refused behind them too: each act as its form sends it, with the cookies of others.
    const before = await catalogue()
    for (const who of ['nobody', 'user'] as const)
      for (const request of sent) expect(await replayed(request, people[who])).toBe(refusalOf(who)[1])
    for (const request of sent.slice(2)) expect(await replayed(request, people.editor)).toBe('permission_denied')
    for (const request of sent)
      expect(await replayed(request, people.admin, 'http://localhost:1')).not.toMatch(/^(done|no)/)
    expect(await catalogue()).toEqual(before)
    await page.close()
  })

  test('AUD-1 what was refused is on record as well: denied, not valid, not there', async () => {
    const { id } = (await people.editor.me()).body.user
    await people.editor.send('DELETE', `/api/products/${await newProduct()}`)
    await people.editor.post('/api/products', { name: '' })
    await people.editor.send('PUT', '/api/products/none', { body: product })
    const failures = await Promise.all(
      ['delete', 'create', 'update'].map(async (act) => (await recorded(`products:${act}:failed`, id))[0]),
    )
    expect(failures).toMatchObject([
      { userId: id, details: { reason: 'refused', status: 403 } },
      { userId: id, details: { reason: 'validation_failed' } },
      { userId: id, resourceId: 'none', details: { reason: 'not_found' } },
    ])
    expect(await recorded('permission:denied', id)).not.toEqual([])
  })
})

describe('SYS-C S-87 a role that is taken', () => {
  test('works at the next click, and at the next press of a button that is still there', async () => {
    const page = await browser.context.newPage()
    await signInAt(page, example.url, emails.editor)
    await page.getByRole('link', { name: 'New product' }).click()
    await page.getByLabel('Name').fill('Hat stand')
    await page.getByLabel('Price').fill('30')
    const { id } = (await people.editor.me()).body.user
    const { roles } = (await people.admin.get('/api/admin/roles')).body
    const role = roles.find(({ name }: { name: string }) => name === 'content-editor')
    const before = await catalogue()
    const path = `/api/admin/users/${id}/roles/${role.id}`
    expect((await people.admin.send('DELETE', path, { body: {} })).status).toBe(200)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('main').getByRole('alert').first().waitFor()
    expect(await page.getByLabel('Name').inputValue()).toBe('Hat stand')
    expect(await catalogue()).toEqual(before)
    await page.getByRole('link', { name: 'Products' }).click()
    await page.waitForURL('**/products')
    await page.getByRole('heading', { name: 'Products' }).waitFor()
    expect(await page.getByRole('link', { name: 'New product' }).count()).toBe(0)
    await page.goto(`${example.url}/products/new`)
    await page.getByText('Not for you').waitFor()
    expect((await people.admin.send('PUT', path, { body: {} })).status).toBe(200)
    await page.goto(`${example.url}/products/new`)
    await page.getByRole('heading', { name: 'New product' }).waitFor()
    await page.close()
  })
})

/** Creates, changes, publishes and deletes a product, and gives its id. */
const actInBrowser = async (page: Page): Promise<string> => {
  await page.getByRole('link', { name: 'New product' }).click()
  await page.getByLabel('Name').fill('Shelf')
  await page.getByLabel('Price').fill('12,5')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('€12.50').waitFor()
  const id = new URL(page.url()).pathname.split('/').at(-1) as string
  await page.getByRole('link', { name: 'Edit' }).click()
  await page.waitForURL('**/edit')
  await page.getByLabel('Price').fill('13')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('€13.00').waitFor()
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('button', { name: 'Withdraw' }).waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.waitForURL('**/products')
  return id
}

/** The same action, by somebody else: the code of the refusal, else the first of what was answered. */
const replayed = async (request: SentRequest, by: Visitor, origin = example.url): Promise<string> => {
  const kept = ['next-action', 'next-router-state-tree', 'content-type', 'accept']
  const headers = Object.fromEntries(Object.entries(request.headers()).filter(([name]) => kept.includes(name)))
  const raw = new Uint8Array(request.postDataBuffer() ?? [])
  const { text, status } = await by.send('POST', new URL(request.url()).pathname, { raw, headers, origin })
  const code = /"problem":\{[^}]*"code":"(\w+)"/.exec(text)?.[1]
  return code ?? (status >= 500 ? `refused by Next: ${status}` : `done: ${text.slice(0, 80)}`)
}
