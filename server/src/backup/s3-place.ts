// A bucket of S3, or of what speaks its protocol. Address, region and credentials are found as every AWS tool finds them.

import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { Place, PlacedFile } from './place.ts'

/** A part of an upload; there are 10,000 at most, so a backup may have 160 GB. Two are in memory. */
const partBytes = 16 * 1024 * 1024

/** A store that says nothing for so long is tried anew, five times in all. What is read may wait for the database that takes it. */
const silence = { writing: 120_000, reading: 600_000 }
/** To take back what was begun. */
const undoMs = 10_000

/** `s3://bucket/prefix`. Another store than Amazon's: `AWS_ENDPOINT_URL_S3`. `signal` ends every request but those that undo. */
export const createS3Place = (
  to: string,
  { signal, silenceMs }: { readonly signal?: AbortSignal; readonly silenceMs?: number } = {},
): Place => {
  const { host: bucket, pathname } = new URL(to)
  const prefix = pathname.split('/').filter(Boolean).join('/')
  const keyOf = (name: string) => (prefix === '' ? name : `${prefix}/${name}`)
  const isElsewhere = Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL)
  const openClient = (socketTimeout: number) => {
    const client = new S3Client({
      maxAttempts: 5,
      requestHandler: { connectionTimeout: 10_000, socketTimeout },
      // What others understand.
      ...(isElsewhere && { forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' as const }),
      ...(isElsewhere && !process.env.AWS_REGION && { region: 'us-east-1' }),
    })
    const send = client.send.bind(client) as (command: unknown, options: object) => unknown
    const isUndoing = (command: unknown) =>
      command instanceof AbortMultipartUploadCommand || command instanceof DeleteObjectCommand
    // An upload takes no signal for its requests, nor lists for their pages.
    const ending = (command: unknown, options?: object) =>
      send(command, { ...options, abortSignal: isUndoing(command) ? AbortSignal.timeout(undoMs) : signal })
    return Object.assign(client, { send: ending as typeof client.send })
  }
  const client = openClient(silenceMs ?? silence.writing)
  const reading = openClient(silenceMs ?? silence.reading)
  return {
    name: to,
    list: async () => {
      const start = prefix === '' ? '' : `${prefix}/`
      const files: PlacedFile[] = []
      for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: start, Delimiter: '/' }))
        for (const { Key: key = '', Size: bytes = 0, LastModified: changed } of page.Contents ?? [])
          files.push({ name: key.slice(start.length), bytes, changedAt: changed?.getTime() ?? 0 })
      return files
    },
    // An upload that breaks off is given up, and was never an object.
    write: async (name, content) => {
      const params = { Bucket: bucket, Key: keyOf(name), Body: Readable.from(content, { objectMode: false }) }
      await new Upload({ client, params, partSize: partBytes, queueSize: 2 }).done()
    },
    read: async function* (name) {
      const { Body: body } = await reading.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(name) }))
      if (!(body instanceof Readable)) throw new Error(`${name} has no content`)
      yield* body
    },
    remove: async (name) => void (await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(name) }))),
  }
}
