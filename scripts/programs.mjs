// Where the programs that the tests start can be found, and which Debian package holds each.
// Plain JavaScript for any Node from 20: ready.mjs reads it before anything is installed.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** @type {Record<string, { debianPackage: string, otherNames?: string[] }>} */
export const testPrograms = {
  postgres: { debianPackage: 'postgresql' },
  pgbouncer: { debianPackage: 'pgbouncer' },
  'redis-server': { debianPackage: 'redis-server' },
  nginx: { debianPackage: 'nginx' },
  caddy: { debianPackage: 'caddy' },
  chromium: { debianPackage: 'chromium', otherNames: ['chromium-browser', 'google-chrome'] },
  prometheus: { debianPackage: 'prometheus' },
  promtool: { debianPackage: 'prometheus' },
  'prometheus-alertmanager': { debianPackage: 'prometheus-alertmanager', otherNames: ['alertmanager'] },
  amtool: { debianPackage: 'prometheus-alertmanager' },
  oathtool: { debianPackage: 'oathtool' },
  age: { debianPackage: 'age' },
  'docker-compose': { debianPackage: 'docker-compose' },
  'systemd-analyze': { debianPackage: 'systemd' },
  testssl: { debianPackage: 'testssl.sh', otherNames: ['testssl.sh'] },
  'firefox-esr': { debianPackage: 'firefox-esr', otherNames: ['firefox'] },
}

/**
 * What the API of examples/react-starlette imports, and Debian's package of each.
 * @type {Record<string, string>}
 */
const pythonModules = {
  starlette: 'python3-starlette',
  uvicorn: 'python3-uvicorn',
  jwt: 'python3-jwt',
  cryptography: 'python3-cryptography',
}

/**
 * The Python that has Debian's packages, whatever else is on the path; another one by `PYTHON`, such as that of a virtual environment.
 * @returns {string}
 */
export function pythonPath() {
  return process.env.PYTHON ?? '/usr/bin/python3'
}

/**
 * Debian's packages of the modules that Python does not find; all of them, where there is no Python.
 * @returns {string[]}
 */
export function missingPythonPackages() {
  const modules = Object.keys(pythonModules)
  const find = `import importlib.util as u; print(*(m for m in ${JSON.stringify(modules)} if not u.find_spec(m)))`
  const { status, stdout } = spawnSync(pythonPath(), ['-c', find], { encoding: 'utf8' })
  const missing = status === 0 ? stdout.split(/\s+/).filter(Boolean) : modules
  return missing.map((name) => /** @type {string} */ (pythonModules[name]))
}

/**
 * The absolute path of a program, or undefined when it is not installed.
 * @param {string} name a key of `testPrograms`
 * @returns {string | undefined}
 */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  if (name === 'postgres') folders.push(...debianPostgresFolders())
  for (const candidate of [name, ...(testPrograms[name]?.otherNames ?? [])]) {
    const path = folders.map((folder) => join(folder, candidate)).find(isExecutable)
    if (path) return path
  }
  return undefined
}

/** Debian keeps PostgreSQL's programs off the path: newest version first. */
function debianPostgresFolders() {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return []
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
