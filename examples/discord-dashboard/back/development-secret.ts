// A developer's machine makes its own secret, where the commands of Vigile look for it. In production it is given, or nothing starts.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const file = 'data/secret'

export const developmentSecret = (): string => {
  mkdirSync('data', { recursive: true, mode: 0o700 })
  if (!existsSync(file)) writeFileSync(file, randomBytes(48).toString('hex'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}
