// The real program as a process of its own, from source.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

export type Spawned = {
  readonly child: ChildProcess
  output(): string
  errors(): string
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Resolves when a line of the output matches; rejects when it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>
}

export const spawnVigile = (
  line: string,
  {
    folder,
    environment = {},
    input,
    output = 'pipe',
  }: { folder: string; environment?: Record<string, string>; input?: string; output?: 'pipe' | number },
): Spawned => {
  const child = spawn(process.execPath, ['--conditions=@vigile/source', main, ...line.split(' ')], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C', ...environment },
    stdio: ['pipe', output, 'pipe'],
  })
  child.stdin?.end(input ?? '')
  const texts = { output: '', errors: '' }
  const watchers = new Set<() => void>()
  const collect = (name: keyof typeof texts) => (chunk: Buffer) => {
    texts[name] += chunk.toString()
    for (const watch of watchers) watch()
  }
  child.stdout?.on('data', collect('output'))
  child.stderr?.on('data', collect('errors'))
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const watch = () => {
        const found = pattern.exec(texts.output)
        if (!found) return
        watchers.delete(watch)
        resolve(found)
      }
      watchers.add(watch)
      void ended.then((code) => reject(new Error(`ended with ${code}\n${texts.output}\n${texts.errors}`)))
      watch()
    })
  return { child, output: () => texts.output, errors: () => texts.errors, ended, says }
}
