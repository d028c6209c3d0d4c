import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'

const answerWithinMs = 30_000

/** The lines of a file, or of what a web address answers; rejects where there is neither. */
export const readLines = async (from: string): Promise<AsyncIterable<string>> => {
  const input = /^https?:/.test(from) ? await download(from) : createReadStream(from)
  // A file that is not there fails here, where it is caught, and not while nobody listens.
  await new Promise<void>((resolve, reject) =>
    input.once('readable', resolve).once('error', reject).once('end', resolve),
  )
  return createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
}

const download = async (address: string): Promise<Readable> => {
  const response = await fetch(address, { signal: AbortSignal.timeout(answerWithinMs) })
  if (!response.ok || !response.body) throw new Error(`${new URL(address).host} answered ${response.status}`)
  return Readable.fromWeb(response.body as never)
}
