// Chaque poste de développement fait son propre secret au premier démarrage. En production il est donné, ou rien ne démarre.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const developmentSecret = (folder = 'data'): string => {
  const file = join(folder, 'secret')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, randomBytes(48).toString('hex'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // Il est déjà là.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}
