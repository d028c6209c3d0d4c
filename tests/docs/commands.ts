// Checks the commands that the documentation tells people to type.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Block } from './blocks.ts'
import type { VigileCommands } from './vigile-help.ts'

const root = join(import.meta.dirname, '../..')

/** npm's own commands; all else of npm's is a script of package.json. */
const npmCommands = ['install', 'ci', 'init', 'exec', 'audit', 'view', 'pack', 'publish']

export interface Known {
  /** The scripts of the root package.json. */
  scripts: readonly string[]
  /** The commands below a command of `vigile`: `[]` gives the first words, `['users']` what may follow `users`. */
  vigileCommands: VigileCommands
}

/** What is wrong, one line each. */
export function commandErrorsIn(block: Block, known: Known): string[] {
  return commandsIn(block).flatMap(({ line, words }) => {
    const error = commandError(words, known)
    return error ? [`${block.page}:${line} ${error}`] : []
  })
}

interface Command {
  line: number
  words: string[]
}

/** Each command of a block: behind `$` in `console`, every line in `sh`; `\` at the end of a line goes on. */
export function commandsIn({ code, language, line }: Block): Command[] {
  const commands: Command[] = []
  let pending = ''
  for (const [index, raw] of code.split('\n').entries()) {
    const typed = pending ? raw : language === 'console' ? raw.match(/^\s*[$#] (.*)$/)?.[1] : raw
    if (typed === undefined) continue
    if (typed.endsWith('\\')) {
      pending += `${typed.slice(0, -1)} `
      continue
    }
    for (const part of (pending + typed).split(/&&|\|\||[;|]/)) {
      const words = wordsOf(part)
      if (words.length > 0) commands.push({ line: line + index, words })
    }
    pending = ''
  }
  return commands
}

/** The words of a command, without comment, `sudo` and settings in front (`PORT=80 vigile start`). */
function wordsOf(command: string): string[] {
  const words = command
    .replace(/(^|\s)#.*$/, '')
    .split(/\s+/)
    .filter(Boolean)
  const first = words.findIndex((word) => word !== 'sudo' && word !== 'export' && !/^\w+=/.test(word))
  return first < 0 ? [] : words.slice(first)
}

function commandError([program = '', ...args]: string[], known: Known): string | undefined {
  if (program === 'npm') return npmError(args, known)
  if (program === 'npx') return args[0] === 'vigile' ? vigileError(args.slice(1), known) : undefined
  if (program === 'vigile') return vigileError(args, known)
  if (/^(\.|scripts|tests|bench|ops)\//.test(program) && !existsSync(join(root, program))) return `no file ${program}`
  return undefined
}

function npmError([command = '', script = '']: string[], { scripts }: Known): string | undefined {
  if (npmCommands.includes(command)) return undefined
  const name = command === 'run' ? script : command
  return scripts.includes(name) ? undefined : `package.json has no script "${name}"`
}

function vigileError(args: string[], { vigileCommands }: Known): string | undefined {
  const path: string[] = []
  for (const word of args) {
    const commands = vigileCommands(path)
    if (word.startsWith('-') || commands.length === 0) return undefined
    if (!commands.includes(word)) return `vigile ${path.join(' ')} has no command "${word}"`.replace('  ', ' ')
    path.push(word)
  }
  return undefined
}
