// Chromium whose tabs are hidden behind each other and freeze, as a person's are. (Playwright keeps each of its tabs visible.)
import puppeteer, { type BrowserContext, type Page } from 'puppeteer-core'
import { patienceMs } from '../services/chromium.ts'
import { programPath } from '../services/program-path.ts'
import { hurryTime } from './pages/hurried-time.ts'

export type Windows = {
  /** A tab with the client in it, in the foreground. */
  open(kind?: 'tab' | 'window'): Promise<Page>
  /** Puts a tab that is in the background to sleep, as browsers do to save power. Returns the way to wake it. */
  freeze(page: Page): Promise<() => Promise<void>>
  /** Stops a tab in the debugger, whatever it is at. Returns the way to let it go on. */
  pause(page: Page): Promise<() => Promise<void>>
  /** From now on time goes five times as fast in these tabs, and in those that open later. */
  hurry(pages: readonly Page[]): Promise<void>
  /** Sets the clocks of these tabs and of the server ahead. */
  skip(ms: number, pages: readonly Page[]): Promise<void>
  close(): Promise<void>
}

export type WindowedChromium = { profile(): Promise<Windows>; stop(): Promise<void> }

/** Fast enough to wait out the 15 s of PROTOCOL.md's T, slow enough for a real request to be answered within. */
const factor = 5

/** What windows need of a site: where it is, and its clock. */
type Site = { readonly url: string; readonly clock: { move(ms: number): void } }

export const launchWindows = async (site: Site): Promise<WindowedChromium> => {
  const browser = await puppeteer.launch({
    browser: 'chrome',
    executablePath: programPath('chromium'),
    headless: true,
    timeout: patienceMs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    handleSIGHUP: false,
    handleSIGINT: false,
    handleSIGTERM: false,
  })
  return {
    profile: async () => windowsOf(await browser.createBrowserContext(), site),
    stop: () => browser.close(),
  }
}

const windowsOf = (profile: BrowserContext, site: Site): Windows => {
  let from: number | null = null
  return {
    open: async (kind = 'tab') => {
      const page = await profile.newPage({ type: kind })
      page.setDefaultTimeout(patienceMs)
      await page.evaluateOnNewDocument(hurryTime, { factor, from })
      await page.goto(`${site.url}/page`)
      await page.waitForFunction(() => 'client' in globalThis)
      return page
    },
    freeze: async (page) => {
      const devtools = await page.createCDPSession()
      await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
      return () => devtools.send('Page.setWebLifecycleState', { state: 'active' })
    },
    pause: async (page) => {
      const devtools = await page.createCDPSession()
      await devtools.send('Debugger.enable')
      const paused = new Promise((resolve) => devtools.once('Debugger.paused', resolve))
      await devtools.send('Debugger.pause')
      await paused
      return () => devtools.send('Debugger.resume')
    },
    hurry: async (pages) => {
      from ??= Date.now()
      for (const page of pages)
        await page.evaluate((moment) => {
          globalThis.hurriedFrom = moment
        }, from)
    },
    skip: async (ms, pages) => {
      site.clock.move(ms)
      for (const page of pages)
        await page.evaluate((more) => {
          globalThis.ahead += more
        }, ms)
    },
    close: () => profile.close(),
  }
}
