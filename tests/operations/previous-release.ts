// The release before this one, from the repository's history: its own source, with the packages of this one.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Folder, temporaryFolder } from '../services/place.ts'

/** Set it to the last tag with each release. */
const commit = '31d69f4b1bb90479fcf73433f41f17b06ba417eb'

const root = join(import.meta.dirname, '../..')
const packages = ['contract', 'engine', 'server']

const git = (...args: string[]): boolean =>
  spawnSync('git', args, { cwd: root, timeout: 60_000, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } }).status === 0
const isHere = (): boolean => git('cat-file', '-e', `${commit}^{tree}`)

/** False where the history was not fetched, and can't be: a shallow clone, as CI often has, is asked for this one commit more. */
export const hasPreviousRelease = (): boolean => {
  const has = isHere() || (git('fetch', '--quiet', '--depth=1', 'origin', commit) && isHere())
  if (!has) console.warn(`SKIPPED: ${commit}, the previous release, is not in this clone (git fetch --unshallow)`)
  return has
}

export type PreviousRelease = Folder & { readonly program: string }

export const previousRelease = async (): Promise<PreviousRelease> => {
  const folder = await temporaryFolder('previous')
  const archive = execFileSync('git', ['archive', commit, ...packages], { cwd: root, maxBuffer: 100 * 1024 * 1024 })
  execFileSync('tar', ['-x', '-C', folder.path], { input: archive })
  const modules = join(folder.path, 'node_modules')
  mkdirSync(join(modules, '@vigile'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@vigile') symlinkSync(join(root, 'node_modules', name), join(modules, name))
  for (const name of ['contract', 'engine']) symlinkSync(join(folder.path, name), join(modules, '@vigile', name))
  return { ...folder, program: join(folder.path, 'server/src/main.ts') }
}
