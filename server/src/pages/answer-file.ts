// A static file as an answer: compressed as the client can take it, revalidated by its tag (RFC 9110 section 13).
import type { Encoding, StaticFile } from './files.ts'

const cacheControl = { immutable: 'public, max-age=31536000, immutable', hour: 'public, max-age=3600' } as const

export const answerFile = async (
  file: StaticFile,
  request: Request,
  { shared }: { readonly shared: boolean },
): Promise<Response> => {
  const encoding = file.compressible ? encodingFor(request) : 'identity'
  const tag = `"${file.tag}${encoding === 'identity' ? '' : `-${encoding}`}"`
  const headers: Record<string, string> = {
    'Cache-Control': cacheControl[file.caching],
    ETag: tag,
    // Pages load module scripts and styles of a CDN with CORS, the rest without.
    ...(shared ? { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' } : {}),
    ...(file.compressible ? { Vary: 'Accept-Encoding' } : {}),
  }
  if (matches(request.headers.get('if-none-match'), tag)) return new Response(null, { status: 304, headers })
  headers['Content-Type'] = file.type
  if (encoding !== 'identity') headers['Content-Encoding'] = encoding
  return new Response((await file.content(encoding)) as Uint8Array<ArrayBuffer>, { headers })
}

/** What the client can take (RFC 9110 section 12.5.3). */
export const encodingFor = (request: Request): Encoding => {
  const header = request.headers.get('accept-encoding') ?? ''
  const accepts = (name: string) =>
    new RegExp(`(?:^|[\\s,])${name}(?!\\s*;\\s*q=0(?:\\.0*)?(?:\\s|,|$))(?=\\s|,|;|$)`, 'i').test(header)
  if (accepts('br')) return 'br'
  return accepts('gzip') ? 'gzip' : 'identity'
}

const matches = (header: string | null, tag: string): boolean =>
  header !== null && (header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === tag))
