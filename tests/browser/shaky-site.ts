// A whole Vigile for a browser that reaches it over a shaky network.
import type { Page } from 'playwright-core'
import type { Chromium } from '../services/chromium.ts'
import { freePort } from '../services/place.ts'
import type { StoreKind } from '../support/site.ts'
import { type Gate, openGate } from './gate.ts'
import { countRequests } from './pages/count-requests.ts'
import { type BrowserSite, openBrowserSite } from './site.ts'

export type ShakySite = Omit<BrowserSite, 'url'> & Gate

type Options = Parameters<typeof openBrowserSite>[1]

export const openShakySite = async (kind: StoreKind = 'embedded', options: Options = {}): Promise<ShakySite> => {
  const port = await freePort()
  const site = await openBrowserSite(kind, { publicUrl: `http://localhost:${port}`, ...options })
  const gate = await openGate(port, Number(new URL(site.url).port))
  return {
    ...site,
    ...gate,
    close: async () => {
      await gate.close()
      await site.close()
    },
  }
}

/** Puts the time of this browser's pages in the test's hands. Once for a browser, before its first page. */
export const holdTime = async ({ context }: Chromium): Promise<void> => {
  await context.clock.install()
  await context.addInitScript(countRequests)
}

/** When every request that the pages have sent is answered, or held back on purpose. */
const answered = async (site: ShakySite, { context }: Chromium): Promise<void> => {
  // A page that is on its way to another asks for nothing any more.
  const countIn = (page: Page) => page.evaluate(() => globalThis.unanswered ?? 0).catch(() => 0)
  for (const until = Date.now() + longestWaitMs; Date.now() < until; ) {
    await site.quiet()
    const each = await Promise.all(context.pages().map(countIn))
    if (each.reduce((sum, count) => sum + count, 0) <= site.held()) return
  }
  throw new Error('A request of a page was never answered')
}

/** Two of the client's beats, and less than the 15 s after which it gives a request up. */
const stepMs = 10_000
const longestWaitMs = 30_000

/**
 * Time goes by for the server and for pages whose time is held: awake, in small steps, so that no request takes longer than it
 * really does.
 */
export const pass = async (site: ShakySite, browser: Chromium, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    site.clock.move(stepMs)
    await browser.context.clock.runFor(stepMs)
    await answered(site, browser)
  }
}

/** A lid is closed for so long, and opened again. */
export const sleep = async (site: ShakySite, { context }: Chromium, ms: number): Promise<void> => {
  site.clock.move(ms)
  await context.clock.fastForward(ms)
}
