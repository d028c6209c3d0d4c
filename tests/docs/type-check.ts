// Type-checks the TypeScript blocks of the documentation against the packages' source, all in one run of tsc.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Block } from './blocks.ts'

const root = join(import.meta.dirname, '../..')

const settings = {
  extends: join(root, 'tests/tsconfig.json'),
  compilerOptions: {
    module: 'preserve',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    // As NestJS is written.
    experimentalDecorators: true,
    erasableSyntaxOnly: false,
    // A block shows what one writes, not what is then done with it.
    noUnusedLocals: false,
    noUnusedParameters: false,
    verbatimModuleSyntax: false,
  },
  include: ['**/*'],
  exclude: [],
}

/** What is wrong, one line each: `docs/x.md:12 error TS2345: …`. `name` keeps two callers apart. */
export function typeErrorsIn(blocks: readonly Block[], name: string): string[] {
  const folder = join(root, 'node_modules/.cache/vigile', name)
  rmSync(folder, { recursive: true, force: true })
  const places = new Map<string, Block>()
  for (const block of blocks) {
    const file = fileName(block)
    const other = places.get(file)
    if (other) return [`${block.page}:${block.line} has the same file name as the block at line ${other.line}`]
    places.set(file, block)
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    // `export {}` makes a module of it, so that blocks do not see each other's names.
    writeFileSync(join(folder, file), `${block.code}export {}\n`)
  }
  if (places.size === 0) return []
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout, status } = spawnSync(tsc, ['-p', '.', '--pretty', 'false'], { cwd: folder, encoding: 'utf8' })
  const errors = stdout.split('\n').filter((line) => line.includes('error TS'))
  if (status !== 0 && errors.length === 0) throw new Error(`tsc failed:\n${stdout}`)
  // Errors of the packages themselves are for `npm run check` to tell.
  return errors.flatMap((error) => onThePage(error, places))
}

/** Blocks of one page share a folder; one that begins with `// auth.ts` has that name there, for the others to import. */
function fileName({ page, line, language, code }: Block): string {
  const named = code.match(/^\/\/ ((?!\.)[\w./[\]()-]+\.tsx?)(?![\w.])/)?.[1]
  return join(page.replace(/\.md$/, ''), named ?? `line-${line}.${language}`)
}

function onThePage(error: string, places: ReadonlyMap<string, Block>): string[] {
  const [, file = '', line = '', rest = ''] = error.match(/^(.+?)\((\d+),\d+\): (.*)$/) ?? []
  const block = places.get(file)
  return block ? [`${block.page}:${block.line + Number(line) - 1} ${rest}`] : []
}
