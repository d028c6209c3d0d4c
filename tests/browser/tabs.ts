// Tabs with the client in them, and what an application does there.
import type { BrowserContext, Page } from 'playwright-core'
import { goodPassword } from '../support/visitor.ts'
import type { ShakySite } from './shaky-site.ts'

export type Heard = { readonly status: number; readonly by?: string; readonly method?: string; readonly body?: string }

export const openTab = async (context: BrowserContext, { url }: Pick<ShakySite, 'url'>): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(`${url}/page`)
  await page.waitForFunction(() => 'client' in globalThis)
  return page
}

export const signUpIn = async (page: Page, email: string): Promise<void> => {
  const result = await page.evaluate((input) => client.signUp(input), { email, password: goodPassword })
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
}

export const signInIn = async (page: Page, email: string): Promise<void> => {
  const result = await page.evaluate((input) => client.signIn(input), { email, password: goodPassword })
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
}

export const signOutIn = async (page: Page): Promise<void> => {
  const result = await page.evaluate(() => client.signOut())
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
}

/** Asks the shop through the client; status 0 where there was no answer. */
export const shop = (page: Page, path = '/shop'): Promise<Heard> =>
  page.evaluate(async (address) => {
    try {
      const answer = await client.fetch(address)
      return { status: answer.status, ...(answer.ok && (await answer.json())) }
    } catch {
      return { status: 0 }
    }
  }, path)

/** Who the client says is signed in; 'unknown' where it can't know. */
export const whoIs = (page: Page): Promise<string | null> =>
  page.evaluate(() =>
    client.me().then(
      (me) => me?.user.email ?? null,
      () => 'unknown',
    ),
  )

export const toldIn = (page: Page): Promise<string[]> => page.evaluate(() => told)
