// A whole Vigile for a browser that reaches it over a shaky network.
import type { Chromium } from '../services/chromium.ts'
import { freePort } from '../services/place.ts'
import type { StoreKind } from '../support/site.ts'
import { type Gate, openGate } from './gate.ts'
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

const stepMs = 5_000

/**
 * Time goes by for the server and for pages whose clock was installed: awake, in small steps, so that no request takes longer
 * than it really does.
 */
export const pass = async (site: ShakySite, { context }: Chromium, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    site.clock.move(stepMs)
    await context.clock.runFor(stepMs)
    await site.quiet()
  }
}

/** A lid is closed for so long, and opened again. */
export const sleep = async (site: ShakySite, { context }: Chromium, ms: number): Promise<void> => {
  site.clock.move(ms)
  await context.clock.fastForward(ms)
}
