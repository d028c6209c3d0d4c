import { readFileSync } from 'node:fs'

const read = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}

/** Of this package. */
export const version = read()
