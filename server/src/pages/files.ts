// Files that the pages consist of. Only what was found at the start can be asked for: a path of a request is looked up in
// a table, never on the disk, so no way of writing `..` leads anywhere.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

export type Encoding = 'br' | 'gzip' | 'identity'

export type StaticFile = {
  /** `immutable` where the name changes with the content. */
  readonly caching: 'immutable' | 'hour'
  readonly type: string
  readonly compressible: boolean
  /** The same as long as the content is. */
  readonly tag: string
  content(encoding: Encoding): Promise<Uint8Array>
}

export type Files = ReadonlyMap<string, StaticFile>

const text = (type: string) => ({ type, compressible: true })
const binary = (type: string) => ({ type, compressible: false })
const kinds: Readonly<Record<string, { readonly type: string; readonly compressible: boolean }>> = {
  '.css': text('text/css; charset=utf-8'),
  '.ico': text('image/x-icon'),
  '.js': text('text/javascript; charset=utf-8'),
  '.png': binary('image/png'),
  '.svg': text('image/svg+xml'),
  '.txt': text('text/plain; charset=utf-8'),
  '.webmanifest': text('application/manifest+json'),
  '.woff2': binary('font/woff2'),
}
/** Brotli's best level takes seconds above this. */
const slowBytes = 600_000

/** Every file of a folder that has a kind we know (HTML is none), by the path that asks for it. No folder: no files. */
export const readFiles = async (folder: string): Promise<Files> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noFolder)
  const files = new Map<string, StaticFile>()
  for (const entry of entries) {
    if (!entry.isFile() || kinds[extname(entry.name)] === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const name = `/${relative(folder, path).split(sep).join('/')}`
    files.set(name, staticFile(await readFile(path), name, name.startsWith('/assets/') ? 'immutable' : 'hour'))
  }
  return files
}

const noFolder = (error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT') return []
  throw error
}

/** A file held in memory, compressed when it is first asked for and never again. Throws for a kind we don't know. */
export const staticFile = (content: Uint8Array, name: string, caching: StaticFile['caching']): StaticFile => {
  const kind = kinds[extname(name)]
  if (!kind) throw new Error(`No content type for ${name}: add its ending to the table above.`)
  return {
    ...kind,
    caching,
    tag: createHash('sha256').update(content).digest('base64url').slice(0, 22),
    content: inEncodings(content, content.length > slowBytes ? 9 : 11),
  }
}

/** The content as clients can take it, compressed when it is first asked for and never again. `quality`: of brotli, up to 11. */
export const inEncodings = (content: Uint8Array, quality: number): StaticFile['content'] => {
  const make = {
    identity: () => Promise.resolve(content),
    gzip: () => compressGzip(content, { level: 9 }),
    br: () => compressBrotli(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
  }
  const made = new Map<Encoding, Promise<Uint8Array>>()
  return (encoding) => {
    const present = made.get(encoding) ?? make[encoding]()
    made.set(encoding, present)
    return present
  }
}
