// What a person does on the pages.
import type { Page } from 'playwright-core'
import { goodPassword } from '../support/visitor.ts'

export const signUp = async (page: Page, site: string, email: string): Promise<void> => {
  await page.goto(`${site}/sign-up`)
  await page.getByLabel(/^(email|adresse)/i).fill(email)
  await page.locator('input[autocomplete="new-password"]').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/account')
}

export const signIn = async (page: Page, site: string, email: string): Promise<void> => {
  await page.goto(`${site}/sign-in`)
  await page.getByLabel(/^(email|adresse)/i).fill(email)
  await page.locator('input[autocomplete="current-password"]').fill(goodPassword)
  await page.locator('button[type=submit]').click()
  await page.waitForURL('**/account')
}

/** Asks the API as the page's own script would. */
export const statusOf = (page: Page, path: string): Promise<number> =>
  page.evaluate(async (url) => (await fetch(url)).status, path)
