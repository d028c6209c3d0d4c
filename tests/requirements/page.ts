// Writes docs/requirements.md: every ID with the tests that name it.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { areas, idsIn, knownIds } from './ids.ts'
import { type TestTitle, testTitlesIn } from './titles.ts'

const root = join(import.meta.dirname, '../..')
export const pageFile = join(root, 'docs/requirements.md')

/** The titles of every test of the repository, in a fixed order. */
export function allTestTitles(): TestTitle[] {
  const exclude = ['**/node_modules/**', '**/dist/**']
  return globSync('**/*.{test,suite}.{ts,tsx}', { cwd: root, exclude })
    .sort()
    .flatMap((file) => testTitlesIn(file, readFileSync(join(root, file), 'utf8')))
}

/** IDs that a title names and no list knows: a slip of the pen, or a requirement that nobody wrote down. */
export function unknownIds(titles: readonly TestTitle[]): string[] {
  return titles.flatMap(({ file, path }) =>
    idsIn(path.join(' '))
      .filter((id) => !knownIds.has(id))
      .map((id) => `${id} in ${file}: ${path.join(' › ')}`),
  )
}

export function requirementsPage(titles: readonly TestTitle[]): string {
  const proofs = new Map<string, string[]>()
  for (const { file, path } of titles) {
    const title = path.join(' › ')
    for (const id of new Set(idsIn(title))) proofs.set(id, [...(proofs.get(id) ?? []), `${file}: ${title}`])
  }
  const without = [...knownIds].filter((id) => !proofs.has(id))
  const lines = [
    '# Requirements and the tests that prove them',
    '',
    'Written by `npm run docs` from the titles of the tests. Do not edit.',
    '',
    `${knownIds.size - without.length} of ${knownIds.size} are named by a test.`,
    ...(without.length > 0 ? ['', `Not yet: ${without.join(', ')}.`] : []),
  ]
  for (const [area, ids] of Object.entries(areas)) {
    lines.push('', `## ${area}`, '', '| ID | requirement | tests |', '|---|---|---|')
    for (const [id, requirement] of Object.entries(ids)) {
      const tests = (proofs.get(id) ?? []).map(cell).join('<br>')
      lines.push(`| ${id} | ${cell(requirement)} | ${tests || '**none**'} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** A test's title is plain text: nothing in it may break the table or become a tag. */
const cell = (text: string) => text.replace(/[|<\\`*_]/g, (character) => `\\${character}`).replace(/\s+/g, ' ')
