// The secret of a development machine: made at the first start, kept in `./data/secret`, where the commands look for it.
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { handOver, makePrivateFolder } from './stores/made-by-root.ts'

/**
 * The secret of this machine, for development alone: 96 hexadecimal digits from `<folder>/secret`, made at the first call (by default in
 * `./data`, where the `vigile` commands look for it too). In production give one: there this would be another on each machine.
 * `looksOnly`: nothing is written, and one that is made is nobody's. Throws where the file can't be read or made.
 *
 * Two starts at once agree: the file is written in full under another name and then linked, which only one of them can do; the other reads
 * what the first one wrote, never half of it.
 *
 * @example
 * createVigile({ secrets: process.env.VIGILE_SECRET ?? (production ? undefined : developmentSecret()), publicUrl })
 */
export const developmentSecret = (folder = 'data', looksOnly = false): string => {
  const path = join(folder, 'secret')
  const present = readSecret(path)
  if (present !== null) return present
  const made = randomBytes(48).toString('hex')
  if (looksOnly) return made
  makePrivateFolder(folder)
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    handOver(file, folder)
    writeSync(file, `${made}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  const agreed = readSecret(path)
  if (agreed === null) throw new Error(`${path} vanished while it was being made`)
  return agreed
}

const readSecret = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
