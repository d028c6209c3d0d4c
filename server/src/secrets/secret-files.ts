// Reads files that hold secrets. Those of another machine may hang, and no thread that waits for one can be called back: Node has four,
// which also hash passwords. So one file is read at a time, and none twice at once.
import { constants, type FileHandle, open } from 'node:fs/promises'

/** Longer is no secret, nor a certificate authority, but the wrong file. */
const maxBytes = 1_048_576

const asked = new Map<string, Promise<string>>()
let last: Promise<unknown> = Promise.resolve()

/** Waits for as long as the file hangs: whoever can't wait bounds it. Rejects where it is no file, or can't be read. */
export const readSecretFile = (path: string): Promise<string> => {
  const present = asked.get(path)
  if (present) return present
  const turn = last.then(() => readFile(path)).finally(() => asked.delete(path))
  asked.set(path, turn)
  last = turn.catch(() => {})
  return turn
}

const readFile = async (path: string): Promise<string> => {
  // A pipe would keep `open` waiting until somebody writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return await readWhole(file)
  } finally {
    await file.close()
  }
}

const readWhole = async (file: FileHandle): Promise<string> => {
  const found = await file.stat()
  if (!found.isFile()) throw new Error('it is no regular file')
  if (found.size > maxBytes) throw new Error(`it is longer than ${maxBytes} bytes`)
  return file.readFile('utf8')
}
