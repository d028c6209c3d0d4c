// The port that Prometheus asks: never the public one, and on this machine alone unless a setting says otherwise.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../log/log.ts'
import type { Prometheus } from './prometheus.ts'

export type MetricsPort = { readonly port: number; close(): Promise<void> }

export const openMetricsPort = async (
  at: { readonly host: string; readonly port: number },
  { text, contentType }: Pick<Prometheus, 'text' | 'contentType'>,
  log: Log,
): Promise<MetricsPort> => {
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, (request, response) => {
    const plain = (status: number, body: string) =>
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(body)
    // `params` of a scrape configuration come along as a query.
    if (!['GET', 'HEAD'].includes(request.method ?? '') || request.url?.split('?', 1)[0] !== '/metrics')
      return plain(404, 'GET /metrics\n')
    text().then(
      (body) => response.writeHead(200, { 'Content-Type': contentType, 'Cache-Control': 'no-store' }).end(body),
      (error: unknown) => {
        log.error({ err: error }, 'the metrics could not be read')
        plain(500, 'see the log\n')
      },
    )
  })
  server.maxConnections = 100
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
