// What a browser downloads, as `npm run check` measures it.
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test.each([
  ['the client', 'client/size.mjs', 4096],
  ['the React adapter beside it', 'adapters/react/size.mjs', 1024],
])('CLI-8 %s keeps to its limit', async (_, script, limit) => {
  const { stdout } = await run(process.execPath, [script])
  const [, bytes] = /(\d+) with brotli/.exec(stdout) ?? []
  expect(stdout).toContain(String(limit))
  expect(Number(bytes)).toBeLessThanOrEqual(limit)
})

/** Without blank lines, comments, and what is only imported or passed on. In this house comments have lines of their own. */
const linesOfLogic = (source: string): number =>
  source
    .replaceAll(/^(import\b|export (type )?\{)[^'"]*['"][^'"]+['"]\n/gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/\*|\*)/.test(line)).length

test.each(['express', 'nest', 'next', 'react', 'angular'])('the adapter of %s stays thin', async (name) => {
  const folder = join(import.meta.dirname, '../adapters', name, 'src')
  const files = (await readdir(folder)).filter((file) => /(?<!\.test|\.suite)\.tsx?$/.test(file))
  const sources = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const lines = sources.map(linesOfLogic).reduce((sum, count) => sum + count)
  expect(lines).toBeGreaterThan(20)
  expect(lines).toBeLessThanOrEqual(175)
})

test.each(['en', 'fr'])(
  'UI-3 the first page is under 100 KiB of compressed script, its words in %s included',
  async (language) => {
    const folder = join(import.meta.dirname, '../server/pages')
    const html = await readFile(join(folder, 'signed-out.html'), 'utf8')
    const scripts = new Set([...html.matchAll(/assets\/([^"]+\.js)/g)].map(([, name = '']) => name))
    const all = await readdir(join(folder, 'assets'))
    const files = all.filter((name) => scripts.has(name) || new RegExp(`^${language}-[\\w-]+\\.js$`).test(name))
    expect(files.length).toBe(scripts.size + 1)
    const sizes = files.map(async (name) => brotliCompressSync(await readFile(join(folder, 'assets', name))).length)
    const total = (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes)
    expect(total).toBeLessThan(100 * 1024)
  },
)
