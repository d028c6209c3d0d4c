// The commands of the program `vigile`, as its own help lists them.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../server/src/main.ts')
const seen = new Map<string, string[]>()

/** `[]` gives the first words, `['users']` what may follow `users`; empty for a command that has none. */
export function vigileCommands(path: readonly string[]): readonly string[] {
  const key = path.join(' ')
  const commands = seen.get(key) ?? commandsIn(help(path))
  seen.set(key, commands)
  return commands
}

function help(path: readonly string[]): string {
  const args = ['--conditions=@vigile/source', main, ...path, '--help']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`vigile ${path.join(' ')} --help failed:\n${stderr}`)
  return stdout
}

export function commandsIn(text: string): string[] {
  const [, list = ''] = text.split(/^Commands:$/m)
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name as string).filter((name) => name !== 'help')
}
