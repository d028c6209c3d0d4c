// `vigile …` as whoever operates an example runs it: in its folder, with its environment.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testSecret } from './site.ts'
import { goodPassword } from './visitor.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

type Environment = Readonly<Record<string, string>>

/** Gives what it printed. `input`: what comes by the standard input. */
export const vigile = (name: string, env: Environment, args: readonly string[], input = ''): Promise<string> => {
  const all = { PATH: process.env.PATH, VIGILE_SECRET: testSecret, ...env }
  const command = [join(root, 'node_modules/.bin/vigile'), ...args]
  const running = run(process.execPath, command, { cwd: join(root, 'examples', name), env: all })
  running.child.stdin?.end(input)
  return running.then(({ stdout }) => stdout)
}

/** An account with the password of the tests. */
export const createUser = (name: string, env: Environment, email: string): Promise<string> =>
  vigile(name, env, ['users', 'create', email, '--verified', '--password-stdin'], goodPassword)
