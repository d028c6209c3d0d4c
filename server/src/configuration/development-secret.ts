// The secret of a development machine: made at the first start, kept in `./data/secret`.
import { randomBytes } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { handOver, makePrivateFolder } from '@vigile/engine'

/**
 * Reads the secret of the folder, or makes one. Two starts at once agree: the file is written in full under another name
 * and then linked, which only one of them can do; the other reads what the first one wrote, never half of it. `looksOnly`: nothing
 * is written, and one that is made is nobody's.
 */
export const developmentSecret = async (dataFolder: string, looksOnly = false): Promise<string> => {
  const path = join(dataFolder, 'secret')
  const present = await readSecret(path)
  if (present !== null) return present
  const made = randomBytes(48).toString('hex')
  if (looksOnly) return made
  makePrivateFolder(dataFolder)
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    handOver(file.fd, dataFolder)
    await file.writeFile(`${made}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(draft)
  }
  const agreed = await readSecret(path)
  if (agreed === null) throw new Error(`${path} vanished while it was being made`)
  return agreed
}

const readSecret = async (path: string): Promise<string | null> => {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
