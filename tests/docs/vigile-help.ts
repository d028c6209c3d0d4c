// The commands of the program `vigile`, as its own help lists them.
import { call } from '../../server/src/commands/call.suite.ts'

/** By path: `[]` gives the first words, `['users']` what may follow `users`; empty for a command that has none. */
export type VigileCommands = (path: readonly string[]) => readonly string[]

/** Asks every help once, in this process: to start the program for each would take half a minute. */
export async function readVigileCommands(): Promise<VigileCommands> {
  const tree = new Map<string, readonly string[]>()
  const walk = async (path: readonly string[]) => {
    const { exitCode, output, errors } = await call([...path, '--help'].join(' '))
    if (exitCode !== 0) throw new Error(`vigile ${path.join(' ')} --help failed:\n${errors}`)
    const commands = commandsIn(output)
    tree.set(path.join(' '), commands)
    for (const command of commands) await walk([...path, command])
  }
  await walk([])
  return (path) => tree.get(path.join(' ')) ?? []
}

export function commandsIn(text: string): string[] {
  const [, rest = ''] = text.split(/^Commands:$/m)
  // A command that also has some below it shows its example after them.
  const [list = ''] = rest.split('\n\n')
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name]) => name as string).filter((name) => name !== 'help')
}
