// Calls a command in this process, with everything around it made for the test.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { checkedFake, createFakeVigile, type FakeVigile } from '../fake-vigile.suite.ts'
import { runCommand } from './program.ts'

export type Called = { readonly exitCode: number; readonly output: string; readonly errors: string }

export type CallSettings = {
  readonly fake?: FakeVigile
  readonly environment?: Record<string, string>
  /** What is piped in. */
  readonly input?: string
  /** Lines that a person types at a terminal, each when the program asks. */
  readonly typed?: readonly string[]
  readonly folder?: string
}

const collector = (isTTY: boolean, onText: (all: string) => void = () => {}) => {
  let text = ''
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString()
      onText(text)
      done()
    },
  })
  return { stream: Object.assign(stream, { isTTY }), text: () => text }
}

export const call = async (line: string, settings: CallSettings = {}): Promise<Called> => {
  const { fake = createFakeVigile(), environment = {}, input, typed } = settings
  const folder = settings.folder ?? (await mkdtemp(join(tmpdir(), 'vigile-command-')))
  const keyboard = new Readable({ read: () => {} })
  const waiting = [...(typed ?? [])]
  const output = collector(false)
  const errors = collector(typed !== undefined, (text) => {
    const next = text.endsWith(': ') ? waiting.shift() : undefined
    if (next !== undefined) setImmediate(() => keyboard.push(`${next}\r`))
  })
  const exitCode = await runCommand(line === '' ? [] : line.split(' '), {
    environment: { LANG: 'C', ...environment },
    folder,
    input:
      typed === undefined
        ? Readable.from(input === undefined ? [] : [input])
        : Object.assign(keyboard, { isTTY: true }),
    output: output.stream,
    errors: errors.stream,
    createVigile: checkedFake(fake),
  })
  if (settings.folder === undefined) await rm(folder, { recursive: true })
  return { exitCode, output: output.text(), errors: errors.text() }
}
