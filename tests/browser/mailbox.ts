// The mailbox of a site in development, read in a browser.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** The link in the newest letter to somebody that leads to `path`, and whose letter has `part`; `after`: another than this one. */
export const linkFor = async (
  page: Page,
  site: { readonly url: string },
  email: string,
  path: string,
  { part = '', after = '' }: { readonly part?: string; readonly after?: string } = {},
): Promise<string> => {
  const letters = page.locator('article').filter({ hasText: email }).filter({ hasText: part })
  const links = letters.locator(`a[href*="${path}#"]`)
  let newest = ''
  const look = async () => {
    await page.goto(`${site.url}/mailbox`)
    newest = (await links.evaluateAll((all) => all.map((link) => link.getAttribute('href'))))[0] ?? ''
    return newest !== '' && newest !== after
  }
  // Letters go out a moment after the answer.
  await expect.poll(look, { timeout: 10_000 }).toBe(true)
  return newest
}
