// Many requests in several tabs meet an expired access token.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { openShakySite, type ShakySite } from './shaky-site.ts'
import { openTab, shop, signUpIn, startAfresh, toldIn } from './tabs.ts'

const refreshPath = '/api/auth/refresh'

let site: ShakySite
let browser: Chromium
beforeAll(async () => {
  ;[site, browser] = await Promise.all([openShakySite(), launchChromium()])
})
afterAll(async () => {
  await browser?.stop()
  await site?.close()
})

const hour = 3_600_000

let people = 0
/** Two tabs of someone whose access token has expired, without either knowing. */
const twoTabs = async (): Promise<{ one: Page; two: Page; email: string }> => {
  people += 1
  const email = `many-${people}@example.com`
  const one = await openTab(browser.context, site)
  await signUpIn(one, email)
  const two = await openTab(browser.context, site)
  expect((await shop(two)).by).toBe(email)
  site.clock.move(hour)
  site.forget()
  return { one, two, email }
}

afterEach(async () => {
  site.rule()
  await startAfresh(browser.context)
})

test('CLI-1 CLI-3 PROTOCOL 2 fifty requests in two tabs: one refresh, fifty answers', async () => {
  const { one, two } = await twoTabs()
  const ask = (page: Page) =>
    page.evaluate(() =>
      Promise.all(Array.from({ length: 25 }, (_, n) => client.fetch(`/shop/${n}`).then(({ status }) => status))),
    )
  const statuses = (await Promise.all([ask(one), ask(two)])).flat()
  expect(statuses).toEqual(Array.from({ length: 50 }, () => 200))
  expect(site.asked(refreshPath)).toHaveLength(1)
  // Each was refused and came once more, in either tab.
  const times = Array.from({ length: 25 }, (_, n) => site.asked(`/shop/${n}`).length)
  expect(Math.max(...times)).toBeLessThanOrEqual(4)
  expect([await toldIn(one), await toldIn(two)]).toEqual([['start'], []])
})

test('CLI-3 PROTOCOL 5 refusals that arrive after the refresh of another tab cause no second one', async () => {
  const { one, two } = await twoTabs()
  let deliver = () => {}
  const later = new Promise<void>((resolve) => {
    deliver = resolve
  })
  site.rule(({ path }) => (path.startsWith('/shop/late') ? { late: later } : undefined))
  const late = [1, 2, 3].map((n) => shop(two, `/shop/late-${n}`))
  await expect.poll(() => site.handled('/shop/late-3').length).toBe(1)
  expect((await shop(one)).status).toBe(200)
  site.rule()
  deliver()
  expect((await Promise.all(late)).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(site.asked('/shop/late-1').map(({ status }) => status)).toEqual([401, 200])
  expect(site.asked(refreshPath)).toHaveLength(1)
})

test('CLI-1 the body of a refused request comes once more, whole', async () => {
  const { one, email } = await twoTabs()
  const heard = await one.evaluate(async () => {
    const form = new FormData()
    form.set('name', 'Zoë')
    form.set('file', new Blob([new Uint8Array(70_000).fill(7)], { type: 'image/png' }), 'seven.png')
    const json = { 'Content-Type': 'application/json' }
    const requests: Record<string, [RequestInfo, RequestInit?]> = {
      text: ['/shop/text', { method: 'POST', body: '{"n":1}', headers: json }],
      bytes: ['/shop/bytes', { method: 'PUT', body: new Uint8Array([0, 1, 254, 255]) }],
      form: ['/shop/form', { method: 'POST', body: form }],
      fields: ['/shop/fields', { method: 'PATCH', body: new URLSearchParams({ a: 'é&=', b: '' }) }],
      request: [new Request('/shop/request', { method: 'POST', body: 'in a Request', headers: json })],
      nothing: ['/shop/nothing', { method: 'DELETE' }],
    }
    const each = Object.entries(requests).map(async ([name, [input, init]]) => {
      const answer = await client.fetch(input, init)
      return [name, { status: answer.status, ...(await answer.json()) }] as const
    })
    return Object.fromEntries(await Promise.all(each))
  })
  for (const [name, { status, by }] of Object.entries(heard))
    expect({ name, status, by }).toEqual({ name, status: 200, by: email })
  const decoded = (name: string) => Buffer.from(heard[name].body, 'base64').toString()
  expect([decoded('text'), decoded('request'), decoded('fields')]).toEqual([
    '{"n":1}',
    'in a Request',
    'a=%C3%A9%26%3D&b=',
  ])
  expect(Buffer.from(heard.bytes.body, 'base64')).toEqual(Buffer.from([0, 1, 254, 255]))
  expect(decoded('form')).toContain('Zoë')
  expect(heard.form.type).toMatch(/^multipart\/form-data; boundary=/)
  for (const name of Object.keys(heard)) {
    const [first, second, ...more] = site.asked(`/shop/${name}`)
    expect({ name, statuses: [first?.status, second?.status], more }).toEqual({ name, statuses: [401, 200], more: [] })
    // A form gets a boundary of its own each time it is made into bytes.
    if (name !== 'form') expect(second?.body.equals(first?.body ?? Buffer.alloc(0)), name).toBe(true)
    else expect(second?.body.length).toBe(first?.body.length)
    expect(second?.headers['x-csrf-token'], name).toBeTruthy()
  }
  expect(site.asked(refreshPath)).toHaveLength(1)
})

test('CLI-2 an application that refuses whatever is sent gets a request twice, and no loop begins', async () => {
  const { one } = await twoTabs()
  site.rule(({ path }) => (path === '/shop/never' ? { status: 401, body: '{}' } : undefined))
  expect((await shop(one, '/shop/never')).status).toBe(401)
  expect(site.asked('/shop/never')).toHaveLength(2)
  expect(site.asked(refreshPath)).toHaveLength(1)
  expect(await toldIn(one)).toEqual(['start'])
})

test('CLI-2 the auth endpoints’ own refusals are answers: no refresh, no second request', async () => {
  const { one } = await twoTabs()
  const status = await one.evaluate(async () => {
    const body = JSON.stringify({ email: 'nobody@example.com', password: 'not-the-password' })
    const headers = { 'Content-Type': 'application/json' }
    return (await client.fetch('/api/auth/login', { method: 'POST', body, headers })).status
  })
  expect(status).toBe(401)
  expect(site.asked('/api/auth/login')).toHaveLength(1)
  expect(site.asked(refreshPath)).toHaveLength(0)
})
