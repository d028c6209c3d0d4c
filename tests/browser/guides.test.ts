// The guides, followed to the letter: each ends in an application that people get into.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
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
    prepare,
  }: {
    readonly build?: readonly string[]
    readonly args: readonly string[]
    readonly ready: RegExp
    readonly prepare?: (folder: string) => void
  },
) => {
  const port = await freePort()
  const folder = writeGuide(name, pages, port)
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  prepare?.(folder)
  if (build.length > 0) {
    const quiet = { PATH: process.env.PATH, HOME: folder, NEXT_TELEMETRY_DISABLED: '1' }
    await promisify(execFile)(process.execPath, [...build], { cwd: folder, env: quiet }).catch(
      ({ stdout, stderr }: { stdout: string; stderr: string }) => {
        throw new Error(`${name} was not built\n${stdout}${stderr}`)
      },
    )
  }
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    PORT: String(port),
    VIGILE_SECRET: testSecret,
    NEXT_TELEMETRY_DISABLED: '1',
  }
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

/** What the guide leaves to its reader: pages with words on them. And what this repository needs, where the engine is a link. */
const nextPages = (folder: string) => {
  const write = (file: string, code: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), code)
  }
  // As `create-next-app` has it; Next adds the rest.
  write('tsconfig.json', '{ "compilerOptions": { "strict": true } }\n')
  write(
    'app/layout.tsx',
    'export default ({ children }: { children: React.ReactNode }) => <html lang="en"><body>{children}</body></html>\n',
  )
  write('app/page.tsx', page('const { user } = await requireSession(auth)', '<p>Hello {user.email}</p>', './..'))
  write('app/products/page.tsx', page("await requirePermission(auth, 'products:read')", '<p>products</p>', '../..'))
  write('app/products/new/page.tsx', page("await requirePermission(auth, 'products:create')", '<p>new</p>', '../../..'))
  cpSync(join(root, 'examples/next-catalogue/linked-engine.js'), join(folder, 'linked-engine.js'))
  renameSync(join(folder, 'next.config.ts'), join(folder, 'guide.config.ts'))
  const turbopack = { root, resolveAlias: { '@vigile/engine': './linked-engine.js' } }
  write(
    'next.config.ts',
    `import guide from './guide.config'\nexport default { ...guide, turbopack: ${JSON.stringify(turbopack)} }\n`,
  )
}
const page = (guard: string, shown: string, up: string) =>
  `import { requirePermission, requireSession } from '@vigile/next'
import { auth } from '${up}/auth'
export default async () => { ${guard}; return ${shown} }
`

test('DOC-1 docs/next.md, followed to the letter and built: sign-up, a page, what a role permits and what not, letters', {
  timeout: 600_000,
}, async () => {
  const next = bin('next')
  const url = await run('next', ['next.md'], {
    prepare: nextPages,
    build: [next, 'build'],
    args: [next, 'start', '--hostname', '127.0.0.1'],
    ready: /Ready in/,
  })
  const ask = await comeIn(url, /^Hello /)
  expect((await ask('GET', '/products')).status).toBe(200)
  expect((await ask('GET', '/products/new')).status).toBe(403)
  await shared(url, ask)
})
