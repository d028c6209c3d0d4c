// A public list of attacks on pages that show what others wrote, in a real browser: nothing runs, nothing loads.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatted } from '../../adapters/react/src/formatted.suite.tsx'
import { trustHtml } from '../../sanitize/src/index.ts'
import { type Chromium, launchChromium } from '../services/chromium.ts'
import { htmlVectors, urlVectors, workingHtml } from '../support/xss-vectors.ts'
import { sanitiseHtml, sanitiseScript } from './pages/bundle.ts'

let browser: Chromium
let server: Server
let address = ''

beforeAll(async () => {
  const script = await sanitiseScript()
  server = createServer((request, response) => {
    const isScript = request.url === '/sanitise.js'
    response.setHeader('content-type', `text/${isScript ? 'javascript' : 'html'}; charset=utf-8`)
    response.end(isScript ? script : sanitiseHtml)
  }).listen(0, '127.0.0.1')
  browser = await launchChromium()
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  await browser?.stop()
  server?.close()
})

/** A page, and all that it did: dialogs that opened, what it asked for. */
const open = async (): Promise<{ page: Page; done: string[] }> => {
  const page = await browser.context.newPage()
  const done: string[] = []
  page.on('dialog', (dialog) => {
    done.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', ({ message }) => done.push(`error ${message}`))
  await page.goto(address)
  await page.waitForFunction(() => 'show' in globalThis)
  await page.route('**', (route) => {
    done.push(`request ${route.request().url()}`)
    return route.abort()
  })
  return { page, done }
}

/** Somebody moves over, clicks and enters whatever there is; links that lead to pages are not followed. */
const touchEverything = (page: Page) =>
  page.evaluate(async () => {
    addEventListener('click', (event) => {
      const link = (event.target as Element).closest('a')
      if (link && /^https?:|^about:blank/.test(link.href)) event.preventDefault()
    })
    for (const element of document.querySelectorAll('main *')) {
      for (const type of ['mouseover', 'mouseenter', 'pointerenter', 'focus', 'toggle', 'animationstart', 'click'])
        element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }))
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
  })

test('XSS-1 as they are, the vectors run and load: the test would see it', async () => {
  const { page, done } = await open()
  for (const vector of workingHtml) {
    done.splice(0)
    await page.evaluate((html) => show.raw([html], []), vector)
    await expect.poll(() => done, { message: vector }).not.toEqual([])
  }
  done.splice(0)
  await page.evaluate(() => show.raw([], ['javascript:alert(7)']))
  await touchEverything(page)
  await expect.poll(() => done).toContain('dialog 7')
})

test.each(['plain', 'react', 'angular'] as const)(
  `XSS-1 ${htmlVectors.length} vectors in HTML and ${urlVectors.length} in addresses are inert: %s`,
  async (way) => {
    const { page, done } = await open()
    const [html, urls] = [
      [...htmlVectors, null, undefined, ''],
      [...urlVectors, null, undefined, ''],
    ]
    await page.evaluate(([way, html, urls]) => show[way](html, urls), [way, html, urls] as const)
    await touchEverything(page)
    expect(done).toEqual([])
    const found = await page.evaluate(() => ({
      sections: document.querySelectorAll('main section').length,
      elements: [...new Set([...document.querySelectorAll('section *')].map(({ localName }) => localName))],
      attributes: [
        ...new Set([...document.querySelectorAll('section *')].flatMap((element) => element.getAttributeNames())),
      ],
      schemes: [
        ...new Set([...document.querySelectorAll('section a')].map((link) => (link as HTMLAnchorElement).protocol)),
      ],
      addresses: [...document.querySelectorAll('a.address')].map((link) => link.getAttribute('href')),
    }))
    expect(found.sections).toBe(html.length)
    const formatting = ['a', 'b', 'br', 'caption', 'div', 'i', 'li', 'p', 'span', 'table', 'tbody', 'td', 'tr', 'ul']
    expect(found.elements.filter((name) => !formatting.includes(name))).toEqual([])
    expect(found.attributes.filter((name) => !['href', 'rel', 'title'].includes(name))).toEqual([])
    expect(found.schemes.filter((scheme) => ![':', 'http:', 'https:'].includes(scheme))).toEqual([])
    expect(found.addresses).toEqual([...urlVectors.map(() => 'about:blank'), '', '', ''])
  },
)

test('XSS-1 what people write stays: formatting, links and text', async () => {
  const { page } = await open()
  const clean = (html: string) => page.evaluate((text) => sanitise.sanitizeHtml(text), html)
  const kept = '<p lang="fr">Été <b>gras</b> &lt;3 <code>a &amp;&amp; b</code></p><ul><li>un</li></ul><hr>'
  expect(await clean(kept)).toBe(kept)
  const rel = 'rel="noopener noreferrer nofollow ugc"'
  expect(await clean('<a href="/guilds/1?a=1&amp;b=2#c" target="_top" rel="opener">x</a>')).toBe(
    `<a href="/guilds/1?a=1&amp;b=2#c" ${rel}>x</a>`,
  )
  expect(await clean('<a href="mailto:a@b.example">x</a>')).toBe(`<a href="mailto:a@b.example" ${rel}>x</a>`)
  // Nothing of it can lay itself over the page, look like it, or take a name in its script.
  expect(
    await clean('<b id="client" name="show" class="modal" style="position:fixed" data-x="1" aria-label="x">x</b>'),
  ).toBe('<b>x</b>')
})

test('XSS-1 what is clean stays as it is when it is cleaned again', async () => {
  const { page } = await open()
  const stable = await page.evaluate(
    (all) => all.filter((html) => sanitise.sanitizeHtml(sanitise.sanitizeHtml(html)) !== sanitise.sanitizeHtml(html)),
    [...htmlVectors],
  )
  expect(stable).toEqual([])
})

test('XSS-1 on a page that a server rendered, formatted text becomes so, and harmless, once the page is alive', async () => {
  const html = '<b>bold</b><img src=x onerror="alert(1)">'
  const fromServer = renderToString(formatted(html, trustHtml))
  const { page, done } = await open()
  await page.evaluate(([server, text]) => hydrate(server, text), [fromServer, html] as const)
  await expect.poll(() => page.locator('main').innerHTML()).toBe('<div><b>bold</b></div>')
  expect(done).toEqual([])
})
