// A form that somebody fills in and sends while no script is there: a slow line, a blocked file, a browser without scripts.
import type { BrowserContext } from 'playwright-core'

export type Sent = {
  /** How the server answered what the form sent. */
  readonly status: number
  /** What the browser then shows. */
  readonly shown: string
  /** Every address that was asked for, and what each request said of where it came from. */
  readonly addresses: string
}

/** `fields`: what is typed, by the names of the inputs. */
export const sendWithoutScript = async (
  context: BrowserContext,
  address: string,
  fields: Readonly<Record<string, string>>,
): Promise<Sent> => {
  const page = await context.newPage()
  const addresses: string[] = []
  page.on('request', (request) => addresses.push(request.url(), request.headers().referer ?? ''))
  await page.route('**/*.js', (route) => route.abort())
  await page.goto(address)
  for (const [name, value] of Object.entries(fields)) await page.locator(`form [name=${name}]`).fill(value)
  const [answer] = await Promise.all([
    page.waitForNavigation(),
    page.locator(`form [name=${Object.keys(fields).at(-1)}]`).press('Enter'),
  ])
  await page.waitForLoadState()
  const shown = (await page.locator('body').textContent()) ?? ''
  addresses.push(page.url())
  await page.close()
  return { status: answer?.status() ?? 0, shown, addresses: addresses.join('\n') }
}
