// Places outside the database that keep checkpoints: who cuts the log, with its head and its checkpoints, can't cut these.
import { open } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AwsClient } from 'aws4fetch'
import { sha256 } from '../primitives/hash.ts'
import { isLoopbackUrl, isSafeUrl } from '../primitives/safe-url.ts'
import type { Signed } from './signed.ts'

export type AnchoredCheckpoint = Signed & { readonly position: number }

export type Anchor = {
  /** For the log and the database: never a secret of its address. */
  readonly name: string
  /** Keeps one more. The same one again is harmless. */
  readonly keep: (checkpoint: AnchoredCheckpoint) => Promise<void>
}

const answerWithinMs = 10_000

/**
 * The anchor of an address: `/var/log/vigile-anchors.jsonl` (or `file:…`), `https://…`, or
 * `s3://KEY:SECRET@HOST/BUCKET/PREFIX?region=REGION`. Null: the text is none of these. Plain `http:` is for this machine alone.
 */
export const parseAnchor = (address: string): Anchor | null => {
  if (isAbsolute(address)) return fileAnchor(address)
  const url = URL.parse(address)
  if (!url) return null
  try {
    if (url.protocol === 'file:') return url.host === '' ? fileAnchor(fileURLToPath(url)) : null
    // `fetch` takes no address with credentials, and its error would write them to the log.
    if (isSafeUrl(url)) return url.username || url.password ? null : webhookAnchor(url)
    return url.protocol === 's3:' ? s3Anchor(url) : null
  } catch {
    // A % that begins no letter.
    return null
  }
}

/** A checkpoint as it is kept: one line of JSON. */
const lineOf = ({ statement, signature }: Signed): string => JSON.stringify({ statement, signature })

/** One line each, on the disk before it counts as kept. */
const fileAnchor = (path: string): Anchor => ({
  name: `file:${path}`,
  keep: async (checkpoint) => {
    const file = await open(path, 'a', 0o600)
    try {
      // A line that a crash cut off ends here.
      await file.appendFile(`\n${lineOf(checkpoint)}\n`)
      await file.datasync()
    } finally {
      await file.close()
    }
  },
})

const webhookAnchor = (url: URL): Anchor => ({
  name: `${url.protocol}//${url.host}#${sha256(url.href, 'hex').slice(0, 16)}`,
  keep: async (checkpoint) => {
    const headers = { 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(answerWithinMs)
    const body = lineOf(checkpoint)
    await requireDone(await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal }))
  },
})

/**
 * An object each, named by its position and by what it says: another checkpoint of the same place, of a log that was set back, is written
 * beside it. A store that knows `If-None-Match` (RFC 9110 section 13.1.2) keeps what is there: 412 is done.
 */
const s3Anchor = (url: URL): Anchor | null => {
  const region = url.searchParams.get('region')
  const [accessKeyId, secretAccessKey] = [url.username, url.password].map(decodeURIComponent) as [string, string]
  const [bucket, ...prefix] = url.pathname.split('/').filter(Boolean)
  if (!region || !accessKeyId || !secretAccessKey || !bucket) return null
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 })
  const folder = [`${isLoopbackUrl(url) ? 'http' : 'https'}://${url.host}`, bucket, ...prefix].join('/')
  return {
    name: `s3://${url.host}/${[bucket, ...prefix].join('/')}`,
    keep: async (checkpoint) => {
      const place = `${checkpoint.position}`.padStart(15, '0')
      const object = `${folder}/${place}-${sha256(checkpoint.statement, 'hex').slice(0, 16)}.jsonl`
      const signal = AbortSignal.timeout(answerWithinMs)
      const body = `${lineOf(checkpoint)}\n`
      const headers = { 'if-none-match': '*' }
      const answer = await client.fetch(object, { method: 'PUT', headers, body, redirect: 'error', signal })
      if (answer.status === 412) await answer.body?.cancel()
      else await requireDone(answer)
    },
  }
}

const requireDone = async (response: Response): Promise<void> => {
  await response.body?.cancel()
  if (!response.ok) throw new Error(`it answered ${response.status}`)
}

/** The checkpoint of a line of an anchor; null: the line is none, as where a crash cut it off. */
export const parseAnchorLine = (line: string): Signed | null => {
  try {
    const { statement, signature } = JSON.parse(line) as Partial<Record<keyof Signed, unknown>>
    return typeof statement === 'string' && typeof signature === 'string' ? { statement, signature } : null
  } catch {
    return null
  }
}
