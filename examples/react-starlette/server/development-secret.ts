// A developer's machine makes its own secret at the first start. In production it is given, or nothing starts.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const developmentSecret = (folder = 'data'): string => {
  const file = join(folder, 'secret')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, randomBytes(48).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // It is there already.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}
