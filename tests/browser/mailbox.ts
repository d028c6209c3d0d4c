// The mailbox of a site in development, read in a browser.
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** The link in the newest letter to somebody that leads to `path`, and whose letter has `part`. */
export const linkFor = async (
  page: Page,
  site: { readonly url: string },
  email: string,
  path: string,
  part = '',
): Promise<string> => {
  const letters = page.locator('article').filter({ hasText: email }).filter({ hasText: part })
  const link = letters.locator(`a[href*="${path}#"]`).first()
  await expect.poll(() => page.goto(`${site.url}/mailbox`).then(() => link.count())).toBe(1)
  return (await link.getAttribute('href')) ?? ''
}
