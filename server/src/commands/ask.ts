// Questions at a terminal. A password is read without echo, and never taken from the arguments, which others can see.
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Surroundings } from './surroundings.ts'

/** The answer, or null where there was none (Ctrl-C, Ctrl-D). The question goes to the error output: the other may be a file. */
export const ask = (
  { input, errors }: Surroundings,
  question: string,
  { hidden = false } = {},
): Promise<string | null> =>
  new Promise((resolve) => {
    let silent = false
    const echo = new Writable({
      write: (chunk, _encoding, done) => {
        if (!silent) errors.write(chunk)
        done()
      },
    })
    const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 })
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => {
      if (hidden) errors.write('\n')
      resolve(null)
    })
    lines.question(question, (answer) => {
      resolve(answer)
      lines.close()
    })
    silent = hidden
  })

/** All of the standard input, without the one line end that `echo` adds. At most so many bytes, else null. */
export const readAll = async ({ input }: Surroundings, maxBytes: number): Promise<string | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of input) {
    const part = Buffer.from(chunk as Uint8Array | string)
    bytes += part.length
    if (bytes > maxBytes) return null
    chunks.push(part)
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
