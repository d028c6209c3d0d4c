// Tabs with the client in them, and what an application does there.
import type { BrowserContext, Page } from 'playwright-core'
import type { Page as PuppeteerPage } from 'puppeteer-core'
import { goodPassword } from '../support/visitor.ts'
import type { ShakySite } from './shaky-site.ts'

export type Heard = { readonly status: number; readonly by?: string; readonly method?: string; readonly body?: string }

/** A tab of either driver. */
export type Tab = Page | PuppeteerPage

const inTab = <A, R>(tab: Tab, run: (input: A) => R | Promise<R>, input: A): Promise<R> =>
  (tab as { evaluate(run: (input: A) => R | Promise<R>, input: A): Promise<R> }).evaluate(run, input)

/** A tab with the client in it. `before` happens to it before all else. */
export const openTab = async (
  context: BrowserContext,
  { url }: Pick<ShakySite, 'url'>,
  before: (page: Page) => Promise<unknown> = async () => {},
): Promise<Page> => {
  const page = await context.newPage()
  await before(page)
  await page.goto(`${url}/page`)
  await page.waitForFunction(() => 'client' in globalThis)
  return page
}

export const signUpIn = async (page: Tab, email: string): Promise<void> => {
  const result = await inTab(page, (input) => client.signUp(input), { email, password: goodPassword })
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
}

export const signInIn = async (page: Tab, email: string): Promise<void> => {
  const result = await inTab(page, (input) => client.signIn(input), { email, password: goodPassword })
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
}

export const signOutIn = async (page: Tab): Promise<void> => {
  const result = await inTab(page, () => client.signOut(), null)
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
}

/** Asks the shop through the client; status 0 where there was no answer. */
export const shop = (page: Tab, path = '/shop'): Promise<Heard> =>
  inTab(
    page,
    async (address) => {
      try {
        const answer = await client.fetch(address)
        return { status: answer.status, ...(answer.ok && (await answer.json())) }
      } catch {
        return { status: 0 }
      }
    },
    path,
  )

/** Who the client says is signed in; 'unknown' where it can't know. */
export const whoIs = (page: Tab): Promise<string | null> =>
  inTab(
    page,
    () =>
      client.me().then(
        (me) => me?.user.email ?? null,
        () => 'unknown',
      ),
    null,
  )

export const toldIn = (page: Tab): Promise<string[]> => inTab(page, () => told, null)

/** Closes every tab, and leaves nothing of who was signed in: as a new profile, at once. */
export const startAfresh = async (context: BrowserContext): Promise<void> => {
  const pages = context.pages()
  const ofSite = pages.filter((page) => page.url().startsWith('http'))
  for (const page of ofSite) await page.evaluate(() => globalThis.client?.stop())
  // Where storage is refused nothing is in it.
  await ofSite[0]?.evaluate(() => localStorage.clear()).catch(() => {})
  await Promise.all(pages.map((page) => page.close()))
  await context.clearCookies()
}
