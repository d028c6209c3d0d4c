// Makes a fresh clone ready: a Node that can run Vigile, the packages, a build that is not stale, and, with
// --for-tests, the programs that the tests start; with --for-python what the example in Python imports. Says nothing when there
// is nothing to do.
//
//   node scripts/ready.mjs [--install-only | --for-tests | --for-python]
//
// The only script that must run on any Node from 20: plain JavaScript, nothing but Node's own modules.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, missingPythonPackages, testPrograms } from './programs.mjs'
import { fingerprintOf, rememberBuild, wasBuiltFrom } from './stale.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, 'node_modules', '.bin')
const oldestNode = { major: 22, minor: 18 }
process.chdir(root)
process.env.PATH = bin + delimiter + process.env.PATH

const has = (/** @type {string} */ flag) => process.argv.includes(flag)

installPackages()
checkNode()
if (!has('--install-only')) {
  buildPackages()
  buildAngular()
  buildPages()
}
if (has('--for-tests')) installPrograms()
if (has('--for-python')) installFromDebian(missingPythonPackages(), 'The API in Python needs')

/** The lock file says what is to be there; npm's own record in node_modules says what is. */
function installPackages() {
  const wanted = packagesIn('package-lock.json')
  const present = existsSync('node_modules/.package-lock.json') ? packagesIn('node_modules/.package-lock.json') : {}
  const missing = Object.entries(wanted).some(
    ([path, { version, optional }]) =>
      path !== '' && !optional && (!present[path] || present[path].version !== version),
  )
  if (!missing) return
  say('Installing packages (npm install)')
  // Development packages are needed to build, whatever NODE_ENV says.
  run('npm', ['install', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** Our own packages depend on a Node that is newer than the oldest this script runs on; Linux gets it from npm. */
function checkNode() {
  const version = existsSync(join(bin, 'node'))
    ? execFileSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).trim()
    : process.version
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
  if (major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor)) return
  stop(
    `Vigile needs Node ${oldestNode.major}.${oldestNode.minor} or newer, and this is ${version}. Get it from https://nodejs.org.`,
  )
}

/** `tsc -b` finds what is stale by itself, in a fraction of a second. */
function buildPackages() {
  if (!existsSync('engine/dist')) say('Building the packages')
  run('tsc', ['-b'])
}

/** Angular's decorators need a compiler of their own. */
function buildAngular() {
  const fingerprint = fingerprintOf([
    'adapters/angular',
    'client/src',
    'contract/src',
    'sanitize/src',
    'package-lock.json',
  ])
  if (existsSync('adapters/angular/dist') && wasBuiltFrom('angular', fingerprint)) return
  run('npm', ['run', '--silent', 'build', '--workspace=@vigile/angular'])
  rememberBuild('angular', fingerprint)
}

/** The console's pages go to server/pages, and are built again when anything that goes into them has changed. */
function buildPages() {
  if (!existsSync('console/index.html') && !existsSync('console/vite.config.ts')) return
  const fingerprint = fingerprintOf([
    'console',
    'client/src',
    'adapters/react/src',
    'contract/src',
    'package-lock.json',
  ])
  if (existsSync('server/pages') && wasBuiltFrom('pages', fingerprint)) return
  say('Building the pages')
  run('npm', ['run', '--silent', 'build', '--workspace=console', '--', '--logLevel=warn'])
  rememberBuild('pages', fingerprint)
}

function installPrograms() {
  const missing = Object.keys(testPrograms).filter((name) => !findProgram(name))
  const packages = [...missing.map((name) => testPrograms[name]?.debianPackage ?? name), ...missingPythonPackages()]
  installFromDebian(packages, 'The tests need')
  const still = missing.filter((name) => !findProgram(name))
  if (still.length > 0) stop(`${still.join(', ')} cannot be found, although ${packages.join(' ')} were installed.`)
}

/**
 * Installs them where that can be, else says what to install and ends.
 * @param {string[]} packages
 * @param {string} why
 */
function installFromDebian(packages, why) {
  if (packages.length === 0) return
  const canInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!canInstall) stop(`${why} what is missing here. On Debian: sudo apt-get install ${packages.join(' ')}`)
  say(`Installing ${packages.join(' ')}`)
  // Run level 1 keeps Debian's scripts from starting the servers: the tests start private ones.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  run('apt-get', ['-qq', 'update'], { env, quiet: true })
  run('apt-get', ['-qq', '-y', '--no-install-recommends', 'install', ...packages], { env, quiet: true })
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

/**
 * Runs a command; what it prints is shown, or with `quiet` only when it fails. Ends with its status when it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 */
function run(command, args, { env = process.env, quiet = false } = {}) {
  const stdio = /** @type {const} */ (['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'])
  const { status, error, stdout, stderr } = spawnSync(command, args, { env, stdio: [...stdio], encoding: 'utf8' })
  if (status === 0) return
  if (quiet) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`)
  stop(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}.`)
}

/** @param {string} line */
function say(line) {
  console.log(`· ${line}`)
}

/** @param {string} why */
function stop(why) {
  console.error(why)
  process.exit(1)
}
