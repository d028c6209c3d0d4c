// A page of another site: `127.0.0.1` is another site than `localhost`, whatever the port.
import { createServer } from 'node:http'
import { freePort } from '../services/place.ts'

export type OtherSite = { readonly url: string; show(html: string): void; close(): Promise<void> }

export const openOtherSite = async (): Promise<OtherSite> => {
  let page = ''
  const port = await freePort()
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
    response.end(`<!doctype html><title>elsewhere</title>${page}`)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    show: (html) => {
      page = html
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        // A browser opens more connections than it uses, and keeps them for a minute.
        server.closeAllConnections()
      }),
  }
}
