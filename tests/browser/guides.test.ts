// The guides, followed to the letter: each ends in an application that people get into.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { writeGuide } from '../docs/guide.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { freePort } from '../services/place.ts'
import { startProgram } from '../services/process.ts'
import { testSecret } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'
import { sendWithoutScript } from './late-script.ts'

const root = join(import.meta.dirname, '../..')
const bin = (name: string) => join(root, 'node_modules/.bin', name)

let browser: Chromium
const closing: (() => unknown)[] = []
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.stop()
  for (const close of closing.reverse()) await close()
})

/** Where it runs, after `build`, when `ready` was printed. */
const run = async (
  name: string,
  pages: readonly string[],
  {
    build = [],
    args,
    ready,
  }: { readonly build?: readonly string[]; readonly args: readonly string[]; readonly ready: RegExp },
) => {
  const port = await freePort()
  const folder = writeGuide(name, pages, port)
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  if (build.length > 0) {
    const { status, stdout, stderr } = spawnSync(process.execPath, build, { cwd: folder, encoding: 'utf8' })
    expect([status, `${stdout}${stderr}`]).toEqual([0, expect.any(String)])
  }
  const env = { PATH: process.env.PATH, HOME: folder, PORT: String(port), VIGILE_SECRET: testSecret }
  const program = await startProgram({ command: process.execPath, args: [...args], cwd: folder, ready, env })
  closing.push(program.stop)
  const url = `http://localhost:${port}`
  // Nest says that it is started, and listens then.
  await vi.waitFor(() => fetch(url), { timeout: 30_000, interval: 100 })
  return url
}

/** Somebody without an account opens `/`, signs up, and is greeted; gives a way to ask as that person. */
const comeIn = async (url: string, greeting: RegExp) => {
  await browser.context.clearCookies()
  const page = await browser.context.newPage()
  await page.goto(url)
  await page.waitForURL('**/sign-in*')
  await page.locator('[name=email]').fill('ada@example.com')
  await page.locator('[name=password]').fill('password1')
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByText(/most used|common/).waitFor()
  await page.locator('[name=password]').fill(goodPassword)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByText(greeting).waitFor()
  return (method: string, path: string, body?: object) =>
    page.evaluate(
      async (ask) => {
        const csrf = /vigile_csrf=([^;]+)/.exec(document.cookie)?.[1] ?? ''
        const headers = { 'x-csrf-token': csrf, 'content-type': 'application/json' }
        const init = { method: ask.method, headers, ...(ask.body && { body: JSON.stringify(ask.body) }) }
        const answer = await fetch(ask.path, init)
        return { status: answer.status, text: await answer.text() }
      },
      { method, path, body },
    )
}

/** Letters can be read, and no password stands in an address where the script is late. */
const shared = async (url: string, ask: Awaited<ReturnType<typeof comeIn>>) => {
  expect((await ask('POST', '/api/auth/password/forgot', { email: 'ada@example.com' })).status).toBeLessThan(300)
  await expect.poll(async () => (await ask('GET', '/mailbox')).text).toContain('/reset-password#')
  const fields = { email: 'early@example.com', password: 'typed-before-the-script' }
  await browser.context.clearCookies()
  const sent = await sendWithoutScript(browser.context, `${url}/sign-in`, fields)
  expect(sent).toMatchObject({ status: 405, shown: expect.stringContaining('switch scripts on') })
  expect(sent.addresses).not.toMatch(/password|early/)
}

test('DOC-1 docs/express.md, followed to the letter: sign-up, a page, what a role permits and what not, letters', async () => {
  const url = await run('express', ['express.md', 'sign-in-page.md'], { args: ['app.ts'], ready: /ready {2}http/ })
  const ask = await comeIn(url, /^Hello /)
  expect(await ask('GET', '/products')).toEqual({ status: 200, text: '{"for":"ada@example.com"}' })
  expect((await ask('POST', '/products', { name: 'Tea' })).status).toBe(403)
  await shared(url, ask)
})

test('DOC-1 docs/nest.md, followed to the letter: sign-up, a page, what a role permits and what not, letters', async () => {
  const url = await run('nest', ['nest.md', 'sign-in-page.md'], {
    build: [bin('tsc')],
    args: ['dist/main.js'],
    ready: /successfully started/,
  })
  const ask = await comeIn(url, /^Hello/)
  const mine = await ask('GET', '/invoices/mine')
  expect([mine.status, JSON.parse(mine.text)]).toEqual([
    200,
    expect.objectContaining({ of: 'ada@example.com', may: ['invoices:read'] }),
  ])
  expect((await ask('POST', '/invoices', {})).status).toBe(403)
  await shared(url, ask)
})
