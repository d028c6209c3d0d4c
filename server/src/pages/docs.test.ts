import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Chromium, launchChromium } from '../../../tests/services/chromium.ts'
import { type Folder, temporaryFolder } from '../../../tests/services/place.ts'
import { type RunningServer, startServer } from '../start-server.ts'

let folder: Folder
let server: RunningServer
let browser: Chromium
beforeAll(async () => {
  folder = await temporaryFolder('docs')
  const database = `file:${folder.path}/vigile.db`
  server = await startServer({ port: 0, secrets: 'f'.repeat(64), database, logLevel: 'silent' })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser.stop()
  await server.close()
  await folder.remove()
})

test('DOC-1 S-50 /docs in a browser: every endpoint, tried out with the CSRF token, no other host, nothing refused by the policy', async () => {
  const page = await browser.context.newPage()
  const complaints: string[] = []
  const asked = new Set<string>()
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  await page.goto(`${server.url}/docs`)
  const described = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: Record<string, object> }
  await page.locator('.opblock').first().waitFor()
  const shown = await page
    .locator('.opblock-summary-path')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-path')))
  expect(new Set(shown)).toEqual(new Set(Object.keys(described.paths)))

  const tryOut = async (path: string, body: object) => {
    const block = page.locator('.opblock', { has: page.locator(`[data-path="${path}"]`) })
    await block.locator('.opblock-summary-control').click()
    await block.getByRole('button', { name: 'Try it out' }).click()
    await block.locator('textarea').fill(JSON.stringify(body))
    const answered = page.waitForResponse((response) => response.url().endsWith(path))
    await block.getByRole('button', { name: 'Execute' }).click()
    return (await answered).status()
  }
  const account = { email: 'ada@example.com', password: 'a passphrase for the documents' }
  expect(await tryOut('/api/auth/register', account)).toBe(201)
  expect(await tryOut('/api/auth/refresh', {})).toBe(200)

  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(ground).toBe('rgb(28, 32, 34)')
  await page.evaluate(() => localStorage.setItem('vigile_theme', 'light'))
  await page.reload()
  expect(await ground()).toBe('rgb(255, 255, 255)')

  expect(complaints).toEqual([])
  expect([...asked].filter((origin) => origin !== server.url && origin !== 'null')).toEqual([])
})
