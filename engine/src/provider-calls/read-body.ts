/** The body, or null where it is longer than `maxBytes`: then the rest is not read. Counted as it is after decompression. */
export const readBody = async (response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) return null // leaving the loop cancels the rest
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
