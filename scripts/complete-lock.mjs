#!/usr/bin/env node
// Adds to package-lock.json the optional packages for other systems that npm left out: it writes down only those that it was
// offered where the file was made. Without them `npm ci` refuses the file, and another system misses its binaries.
//
//   scripts/complete-lock.mjs            adds what is missing
//   scripts/complete-lock.mjs --check    only says what is missing, and fails
import { readFileSync, writeFileSync } from 'node:fs'

/**
 * @typedef {{
 *   version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   optionalDependencies?: Record<string, string>
 * }} Entry
 */

const file = 'package-lock.json'
/** @type {{ packages: Record<string, Entry> }} */
const lock = JSON.parse(readFileSync(file, 'utf8'))

const added = []
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(path, name, version)) continue
    const sibling = `${path.slice(0, path.lastIndexOf('node_modules/'))}node_modules/${name}`
    const place = lock.packages[sibling] ? `${path}/node_modules/${name}` : sibling
    lock.packages[place] = { version, ...platformOf(name, entry.dev) }
    added.push(`${name}@${version}`)
  }
}

if (added.length > 0 && process.argv.includes('--check')) {
  console.error(`${file} lacks ${added.length} optional packages (${added[0]}, …): run scripts/complete-lock.mjs`)
  process.exitCode = 1
} else if (added.length > 0) {
  const byPath = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(byPath) }, null, 2)}\n`)
  console.log(`added ${added.length} optional packages to ${file}`)
}

/**
 * Whether a package of that version, or any where a range is asked for, can be found from `path`, as Node looks for it.
 * @param {string} path
 * @param {string} name
 * @param {string} version
 */
function isLocked(path, name, version) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const found = lock.packages[`${folder}${folder && '/'}node_modules/${name}`]
    if (found) return found.version === version || !/^\d/.test(version)
    if (folder === '') return false
  }
}

/**
 * `binding-linux-arm64-musl` says which system it is for, and npm must know, or it would install it on all.
 * In the order in which npm writes them, so that it has nothing to change.
 * @param {string} name
 * @param {boolean | undefined} dev
 * @returns {Entry}
 */
function platformOf(name, dev) {
  const os = name.match(/\b(aix|android|darwin|freebsd|linux|openharmony|sunos|win32)\b/)?.[1]
  const cpu = name.match(/\b(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|wasm32|x64)\b/)?.[1]
  if (!cpu || (!os && cpu !== 'wasm32')) throw new Error(`${name}: cannot tell from its name which system it is for`)
  const libc = name.match(/\b(musl|gnu)\b/)?.[1]
  return {
    cpu: [cpu],
    ...(dev && { dev }),
    ...(libc && { libc: [libc === 'gnu' ? 'glibc' : 'musl'] }),
    optional: true,
    ...(os && { os: [os] }),
  }
}
