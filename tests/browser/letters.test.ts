// Letters as their readers see them: every kind, in every language, on a phone and wider, light and dark.
// `VIGILE_PICTURES=folder` keeps the pictures.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { locales } from '@vigile/contract'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sampleContents } from '../../engine/src/mail/letter-samples.suite.ts'
import { renderLetter } from '../../engine/src/mail/render.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { violations } from './violations.ts'

const site = { publicUrl: 'https://shop.example.com', name: 'The Shop of Ada & Daughters' }
const { VIGILE_PICTURES: pictures } = process.env

let browser: Chromium
let page: Page
const fetched: string[] = []
beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.context.newPage()
  page.on('request', (request) => void fetched.push(request.url()))
  if (pictures) await mkdir(pictures, { recursive: true })
})
afterAll(() => browser?.stop())

const words = (text: string) => text.replace(/\s+/g, ' ')

describe.each(locales)('I18N-1 UI-3 letters in %s', (locale) => {
  const letters = sampleContents.map((content, index) => {
    const message = renderLetter({ to: 'ada@example.com', locale, content }, site)
    return { name: `${String(index).padStart(2, '0')}-${content.kind}`, ...message }
  })
  for (const scheme of ['light', 'dark'] as const) {
    test.each([375, 640])(`UI-3 ${scheme}, %i px: nothing is wider than the screen, all can be read`, async (width) => {
      await page.emulateMedia({ colorScheme: scheme })
      await page.setViewportSize({ width, height: 700 })
      for (const { name, html } of letters) {
        await page.setContent(html)
        expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width)
        // Colours do not depend on the width.
        if (width === 375) expect(await violations(page, ['wcag2a', 'wcag2aa', 'wcag21aa']), name).toEqual([])
        const path = pictures && join(pictures, `${locale}-${scheme}-${width}-${name}.png`)
        if (path) await page.screenshot({ path, fullPage: true })
      }
    })
  }

  test('the text says all that the HTML says; nothing is fetched, and nothing tells that it was read', async () => {
    for (const { name, html, text } of letters) {
      await page.setContent(html)
      const shown = await page.locator('h1, p, td:not(:has(table)), a').allInnerTexts()
      // The head of the letter has the name of the site, which the text has at its end.
      for (const part of shown.map((one) => words(one).trim()))
        expect(words(text).replaceAll(': ', ' '), name).toContain(part.replace(/^● /, '').replaceAll(': ', ' '))
      for (const link of await page.locator('a').all()) expect(text, name).toContain(await link.getAttribute('href'))
    }
    expect(fetched).toEqual([])
  })
})
