import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mountSmallDisk } from '../../../tests/services/small-disk.ts'
import { createLogFile } from './log-file.ts'

let folder: string
let descriptors: number[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-log-'))
  descriptors = []
})
afterEach(async () => {
  for (const descriptor of descriptors) closeSync(descriptor)
  await rm(folder, { recursive: true })
})
const open = (path: string) => {
  const descriptor = openSync(path, 'a')
  descriptors.push(descriptor)
  return createLogFile(descriptor)
}

test('OPS-4 lines are written in their order, and none is lost', async () => {
  const path = join(folder, 'log')
  const log = open(path)
  const lines = Array.from({ length: 3_000 }, (_, n) => `line ${n}\n`)
  for (const line of lines) log.write(line)
  await expect.poll(() => readFile(path, 'utf8')).toBe(lines.join(''))
})

test.each([
  ['log', 'line 1\nline 2\n'],
  ['/dev/full', ''],
])(
  'S-90 OPS-7 a process that ends writes what it holds to %s where that can be, and ends',
  async (file, written) => {
    const path = resolve(folder, file)
    const code = `import { openSync } from 'node:fs'
    import { createLogFile } from '${import.meta.dirname}/log-file.ts'
    const log = createLogFile(openSync('${path}', 'a'))
    log.write('line 1\\n')
    log.write('line 2\\n')
    process.exit(7)`
    const child = spawn(process.execPath, ['--conditions=@vigile/source', '--input-type=module', '-e', code])
    expect(await once(child, 'exit')).toEqual([7, null])
    expect(file === 'log' ? await readFile(path, 'utf8') : '').toBe(written)
  },
  60_000,
)

test('S-90 a log that takes nothing throws nothing', async () => {
  const log = open('/dev/full')
  for (let n = 0; n < 20_000; n += 1) log.write(`line ${n}\n`)
  await new Promise((resolve) => setTimeout(resolve, 200))
  log.write('and one more\n')
})

// SIGKILL where it does not end: the code is null then.
const endsBy = async (script: string, stdout: number | 'pipe') => {
  const module = JSON.stringify(new URL('./log-file.ts', import.meta.url).href)
  const source = `const { createLogFile } = await import(${module}); const log = createLogFile(1); ${script}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', stdout, 'inherit'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
  try {
    const [code] = await once(child, 'exit')
    return code
  } finally {
    clearTimeout(timer)
    child.stdout?.destroy()
  }
}
const full = async (script: string) => {
  const descriptor = openSync('/dev/full', 'w')
  descriptors.push(descriptor)
  return endsBy(script, descriptor)
}

test('OPS-7 a process ends with its exit code though its log takes nothing any more: a full disk, a reader that does not read', async () => {
  expect(await full('log.write("the last line\\n"); process.exit(3)')).toBe(3)
  expect(await full('log.write("a line\\n"); setTimeout(() => process.exit(4), 100)')).toBe(4)
  // Without `process.stdout` a pipe would wait; main.ts has asked for it, too.
  expect(await endsBy('process.stdout; log.write("x".repeat(2e6)); process.exit(5)', 'pipe')).toBe(5)
  expect(
    await endsBy('process.stdout; log.write("x".repeat(2e6)); setTimeout(() => process.exit(6), 100)', 'pipe'),
  ).toBe(6)
})

test('OPS-7 the last lines before the end are written', async () => {
  const path = join(folder, 'log')
  const descriptor = openSync(path, 'a')
  descriptors.push(descriptor)
  const script = 'for (let n = 0; n < 5000; n += 1) log.write("line " + n + "\\n"); process.exit(3)'
  expect(await endsBy(script, descriptor)).toBe(3)
  expect(await readFile(path, 'utf8')).toBe(Array.from({ length: 5_000 }, (_, n) => `line ${n}\n`).join(''))
})

test('S-90 a full disk loses lines, and the log says so once there is room again', async (context) => {
  const disk = await mountSmallDisk(1)
  if (disk === null) return context.skip('no disk can be mounted here')
  try {
    const filler = join(disk.path, 'filler')
    await writeFile(filler, Buffer.alloc(600 * 1024))
    const path = join(disk.path, 'log')
    const log = open(path)
    const line = `${'x'.repeat(1_000)}\n`
    for (let n = 0; n < 10_000; n += 1) log.write(line)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await writeFile(path, '')
    await rm(filler)
    await expect
      .poll(
        async () => {
          log.write('short\n')
          const text = await readFile(path, 'utf8')
          await writeFile(path, '')
          return text
        },
        { timeout: 20_000 },
      )
      .toMatch(/"lines":\d{3,},"msg":"lines of the log were lost"/)
  } finally {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor)
    await disk.remove()
  }
})
