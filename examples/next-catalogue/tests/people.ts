// The people of the example, each with a browser's cookies: over HTTP, and in Chromium.
import { request as send } from 'node:http'
import type { Page } from 'playwright-core'
import { createVisitor, type Visitor } from '../../../tests/support/visitor.ts'

export const demoPassword = 'quiet-harbour-lantern-42'

/** `address`: of this machine, where the requests come from; the example sees it on the socket. */
export const visitorOf = (url: string, address = '127.0.0.1'): Visitor =>
  createVisitor({
    vigile: () => ({ fetch: (request) => overSocket(request, address) }),
    publicUrl: url,
    now: Date.now,
    address,
    app: 'catalogue',
  })

/** Signed in, or null for nobody. */
export const signedIn = async (url: string, email: string | null): Promise<Visitor> => {
  const visitor = visitorOf(url)
  if (email === null) return visitor
  const { status, text } = await visitor.signIn(email, demoPassword)
  if (status !== 200) throw new Error(`sign-in of ${email}: ${status} ${text}`)
  return visitor
}

export const signInAt = async (page: Page, url: string, email: string): Promise<void> => {
  await page.goto(`${url}/sign-in`)
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(demoPassword)
  await page.locator('main button[type=submit]').click()
  await page.waitForURL('**/products')
}

/** `fetch` can't say from which address it asks, and follows redirections. */
const overSocket = async (request: Request, localAddress: string): Promise<Response> => {
  const body = Buffer.from(await request.arrayBuffer())
  return new Promise((resolve, reject) => {
    const { port, pathname, search } = new URL(request.url)
    const headers = { ...Object.fromEntries(request.headers), host: `localhost:${port}`, 'content-length': body.length }
    const options = { host: '127.0.0.1', port, path: pathname + search, method: request.method, headers, localAddress }
    const outgoing = send(options, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.once('error', reject)
      incoming.once('end', () => {
        const sent = new Headers()
        for (const [name, values] of Object.entries(incoming.headersDistinct))
          for (const value of values ?? []) sent.append(name, value)
        const { statusCode: status = 500 } = incoming
        resolve(
          new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), { status, headers: sent }),
        )
      })
    })
    outgoing.once('error', reject).end(body)
  })
}
