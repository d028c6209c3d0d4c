// Whether something was built from what is there now: by content, since git gives every file a new time.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(root, 'node_modules/.cache/vigile')

/**
 * One hash over the names and contents of these files, and of all files below these folders.
 * @param {string[]} paths from the root of the repository
 */
export function fingerprintOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesBelow))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
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
  if (!statSync(join(root, path)).isDirectory()) return [path]
  return readdirSync(join(root, path))
    .filter((name) => name !== 'node_modules' && name !== 'dist')
    .sort()
    .flatMap((name) => filesBelow(join(path, name)))
}
