// A store that speaks as much of S3 as a backup needs: objects, uploads in parts, lists in pages.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface S3Store {
  /** For `AWS_ENDPOINT_URL_S3`. */
  url: string
  /** By `bucket/key`. */
  objects: Map<string, Buffer>
  /** Uploads that were begun, and neither finished nor given up. */
  open: () => number
  /** The next requests of that method are answered so. */
  fail: (method: string, status: number, times: number) => void
  /** Requests of that kind (`PUT upload`) are taken and never answered; empty: all are. */
  hang: (kind: string) => void
  /** How many hang. */
  hanging: () => number
  stop: () => Promise<void>
}

const pageSize = 2
const etagOf = (body: Buffer) => `"${createHash('md5').update(body).digest('hex')}"`

export async function startS3(): Promise<S3Store> {
  const objects = new Map<string, Buffer>()
  const uploads = new Map<string, Map<number, Buffer>>()
  let hung = ''
  let hanging = 0
  let failing = { method: '', status: 0, times: 0 }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://s3')
    const key = decodeURIComponent(pathname.slice(1))
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const send = (status: number, content: string | Buffer = '', headers = {}) =>
      void response.writeHead(status, headers).end(content)
    const xml = (content: string) => send(200, `<?xml version="1.0"?>${content}`, { 'content-type': 'application/xml' })
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=')) return send(403)
    if (failing.times > 0 && request.method === failing.method) {
      failing.times -= 1
      return send(failing.status)
    }
    const upload = query.get('uploadId')
    const what = upload ? 'upload' : query.has('uploads') ? 'begin' : query.has('list-type') ? 'list' : ''
    const kind = `${request.method} ${what}`
    if (kind === hung) {
      hanging += 1
      return
    }
    switch (kind) {
      case 'POST begin': {
        const id = `upload-${uploads.size}-${Math.random()}`
        uploads.set(id, new Map())
        return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
      }
      case 'PUT upload':
        uploads.get(upload ?? '')?.set(Number(query.get('partNumber')), body)
        return send(200, '', { etag: etagOf(body) })
      case 'POST upload': {
        const all = [...(uploads.get(upload ?? '') ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part)
        objects.set(key, Buffer.concat(all))
        uploads.delete(upload ?? '')
        return xml('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>')
      }
      case 'DELETE upload':
        uploads.delete(upload ?? '')
        return send(204)
      case 'GET list': {
        const bucket = key.replace(/\/$/, '')
        const prefix = `${bucket}/${query.get('prefix') ?? ''}`
        const names = [...objects.keys()].filter(
          (name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'),
        )
        const from = Number(query.get('continuation-token') ?? 0)
        const page = names.sort().slice(from, from + pageSize)
        const isMore = from + pageSize < names.length
        const contents = page.map(
          (name) =>
            `<Contents><Key>${name.slice(bucket.length + 1)}</Key><Size>${objects.get(name)?.length}</Size><LastModified>${new Date().toISOString()}</LastModified></Contents>`,
        )
        const next = isMore ? `<NextContinuationToken>${from + pageSize}</NextContinuationToken>` : ''
        return xml(
          `<ListBucketResult><IsTruncated>${isMore}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
        )
      }
      case 'PUT ':
        objects.set(key, body)
        return send(200, '', { etag: etagOf(body) })
      case 'GET ': {
        const found = objects.get(key)
        return found ? send(200, found) : send(404, '<Error><Code>NoSuchKey</Code></Error>')
      }
      case 'DELETE ':
        objects.delete(key)
        return send(204)
      default:
        return send(501)
    }
  }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    open: () => uploads.size,
    fail: (method, status, times) => {
      failing = { method, status, times }
    },
    hang: (kind) => {
      hung = kind
      hanging = 0
    },
    hanging: () => hanging,
    stop: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  }
}
