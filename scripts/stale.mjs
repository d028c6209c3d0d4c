// Whether something was built from what is there now: by content, since git gives every file a new time.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = 'node_modules/.cache/vigile'

/**
 * One hash over the names and contents of these files, and of all files below these folders.
 * @param {string[]} paths
 */
export function fingerprintOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesBelow)) hash.update(`${path}\0`).update(readFileSync(path)).update('\0')
  return hash.digest('hex')
}

/**
 * @param {string} name of what was built
 * @param {string} fingerprint
 */
export function wasBuiltFrom(name, fingerprint) {
  try {
    return readFileSync(join(folder, name), 'utf8') === fingerprint
  } catch {
    return false
  }
}

/**
 * @param {string} name of what was built
 * @param {string} fingerprint
 */
export function rememberBuild(name, fingerprint) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), fingerprint)
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && name !== 'dist')
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}
