// A guide as its reader has it in the end: each block that begins with the name of a file, in that file.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { blocksIn } from './blocks.ts'

const root = join(import.meta.dirname, '../..')

/** `// app.ts`, `<!-- public/sign-in.html -->`; a block of `tsconfig.json` can't name itself. */
const nameOf = (language: string, code: string) =>
  language === 'json' ? 'tsconfig.json' : code.match(/^(?:\/\/|<!--) ((?!\.)[\w./[\]()-]+\.\w+)(?![\w.])/)?.[1]

/**
 * Writes the files of `pages` into a folder of their own, where packages are found as in this repository, and gives its path. Only the
 * port is another, for several run at once.
 */
export const writeGuide = (name: string, pages: readonly string[], port: number): string => {
  const folder = join(root, '.cache/guides', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n')
  for (const page of pages)
    for (const { language, note, code } of blocksIn(page, readFileSync(join(root, 'docs', page), 'utf8'))) {
      const file = note === '' ? nameOf(language, code) : undefined
      if (file === undefined) continue
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), code.replaceAll('3000', String(port)))
    }
  return folder
}
