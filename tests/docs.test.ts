import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Block, blocksIn, ignoredWithoutReason, isIgnored } from './docs/blocks.ts'
import { commandErrorsIn, commandsIn, type Known } from './docs/commands.ts'
import { proxyErrorIn, proxyLanguages } from './docs/proxies.ts'
import { typeErrorsIn } from './docs/type-check.ts'
import { commandsIn as commandsInHelp, readVigileCommands } from './docs/vigile-help.ts'

const root = join(import.meta.dirname, '..')
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).sort()
const blocks = pages.flatMap((page) => blocksIn(page, readFileSync(join(root, page), 'utf8')))
const inLanguage = (...languages: string[]) =>
  blocks.filter((block) => languages.includes(block.language) && !isIgnored(block))

test('DOC-1 every TypeScript block of the documentation compiles', () => {
  expect(typeErrorsIn(inLanguage('ts', 'tsx'), 'docs')).toEqual([])
}, 300_000)

test('DOC-1 every command of the documentation exists', async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
  const known = { scripts: Object.keys(scripts), vigileCommands: await readVigileCommands() }
  expect(inLanguage('console', 'sh').flatMap((block) => commandErrorsIn(block, known))).toEqual([])
})

test('DOC-1 nginx and Caddy would start with every configuration of the documentation, and YAML is YAML', async () => {
  const errors = await Promise.all(inLanguage(...proxyLanguages).map(proxyErrorIn))
  expect(errors.filter((error) => error !== null)).toEqual([])
})

test('a block that is not checked says why', () => {
  expect(blocks.filter(ignoredWithoutReason).map(({ page, line }) => `${page}:${line}`)).toEqual([])
})

const block = (language: string, code: string): Block => ({ page: 'made-up.md', line: 10, language, note: '', code })

test('blocks are found with their language, note and line', () => {
  const text = 'Text\n```ts ignore, needs a browser\nlet a\n```\n\n````md\n```sh\nx\n```\n````\n'
  expect(blocksIn('p.md', text)).toEqual([
    { page: 'p.md', line: 3, language: 'ts', note: 'ignore, needs a browser', code: 'let a\n' },
    { page: 'p.md', line: 7, language: 'md', note: '', code: '```sh\nx\n```\n' },
  ])
  expect(blocksIn('p.md', text).map(isIgnored)).toEqual([true, false])
  expect(blocksIn('p.md', '```ts ignore\n```').map(ignoredWithoutReason)).toEqual([true])
})

test('a type error is told with its page and line; blocks import each other by name', () => {
  const blocks = [
    block('ts', '// auth.ts: one file\nexport const life: number = 15\n'),
    { ...block('ts', "import { life } from './auth.ts'\nconst wrong: string = life\n"), line: 20 },
    { ...block('ts', "import { createVigile } from '@vigile/engine'\nconst wrong = 1\n"), line: 30 },
  ]
  expect(typeErrorsIn(blocks, 'docs-made-up')).toEqual([
    "made-up.md:21 error TS2322: Type 'number' is not assignable to type 'string'.",
  ])
})

test('commands are read as one types them', () => {
  const words = (language: string, code: string) =>
    commandsIn(block(language, code)).map(({ words }) => words.join(' '))
  expect(words('console', '$ npm start\nVigile is ready\n$ PORT=80 vigile start  # on 80\n')).toEqual([
    'npm start',
    'vigile start',
  ])
  expect(words('sh', '# a comment\nsudo a \\\n  --b && c | d\n')).toEqual(['a --b', 'c', 'd'])
})

test('a command that does not exist is told', () => {
  const tree: Record<string, string[]> = { '': ['start', 'users'], users: ['create'] }
  const known: Known = { scripts: ['start'], vigileCommands: (path) => tree[path.join(' ')] ?? [] }
  const errors = (code: string) => commandErrorsIn(block('sh', code), known)
  expect(
    errors('npm start\nnpm ci\nnpx vigile users create a@b.c\nvigile --help\nvigile users --json\ncurl x\n'),
  ).toEqual([])
  expect(errors('npm run nosuch\n')).toEqual(['made-up.md:10 package.json has no script "nosuch"'])
  expect(errors('true\nvigile nosuch\n')).toEqual(['made-up.md:11 vigile has no command "nosuch"'])
  expect(errors('npx vigile users nosuch\n')).toEqual(['made-up.md:10 vigile users has no command "nosuch"'])
  expect(errors('scripts/nosuch.mjs\n')).toEqual(['made-up.md:10 no file scripts/nosuch.mjs'])
})

test.each([
  ['nginx', 'server { listen 443 ssl; proxy_passs http://127.0.0.1:1; }\n', 'unknown directive "proxy_passs"'],
  ['caddyfile', 'shop.example.com {\n\treverse_proxi 127.0.0.1:1\n}\n', 'unrecognized directive: reverse_proxi'],
  ['yaml', 'http:\n  routers: [a\n', 'end with a ]'],
])('a configuration that %s would not start with is told', async (language, code, wrong) => {
  const error = await proxyErrorIn(block(language, code))
  expect(error).toMatch(/^made-up\.md:10 /)
  expect(error).toContain(wrong)
})

test('the commands of a help text', () => {
  const text =
    'Usage: vigile\n\nOptions:\n  --json  as JSON\n\nCommands:\n  start  runs\n  users  accounts\n  help [command]\n'
  expect(commandsInHelp(text)).toEqual(['start', 'users'])
})
