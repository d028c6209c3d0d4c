// docs/compliance.md says what holds: each line stands on a requirement with a test, and leads to something that is there.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { idsIn, knownIds } from './requirements/ids.ts'
import { allTestTitles } from './requirements/page.ts'

const root = join(import.meta.dirname, '..')
const file = 'docs/compliance.md'
const page = readFileSync(join(root, file), 'utf8')

/** The rows of the tables below a heading: `[control, about, does, requirements, yours]`. */
const rowsOf = (heading: string): readonly string[][] => {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(1).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const tables = {
  'ISO/IEC 27001:2022': /^A\.[5-8]\.\d{1,2}$/,
  'SOC 2': /^(CC[1-9]|A1|C1|PI1|P[1-8])\.\d$/,
  'OWASP ASVS': /^V\d{1,2}\.\d( to V\d{1,2}\.\d)? /,
}

test.each(Object.entries(tables))(
  'OPS-13 %s: each control once, well-formed, with a requirement that tests prove',
  (heading, control) => {
    const rows = rowsOf(heading)
    expect(rows.length).toBeGreaterThan(15)
    const names = rows.map(([name = '']) => name)
    expect(names.filter((name) => !control.test(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
    expect(rows.filter((cells) => cells.length !== 5 || cells.slice(0, 4).includes('')).map(([name]) => name)).toEqual(
      [],
    )

    const proven = new Set(allTestTitles().flatMap(({ path }) => idsIn(path.join(' '))))
    const unproven = rows.flatMap(([name, , , ids = '']) =>
      ids === '–'
        ? []
        : ids
            .split(' ')
            .filter((id) => !knownIds.has(id) || !proven.has(id))
            .map((id) => `${name}: ${id}`),
    )
    expect(unproven).toEqual([])
  },
)

/** As GitHub makes the address of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

test('OPS-13 every link of the page leads to a page and a heading that are there', () => {
  const links = [...page.matchAll(/\]\(([^)#]+)(?:#([^)]+))?\)/g)].map(([, path = '', anchor]) => ({ path, anchor }))
  expect(links.length).toBeGreaterThan(50)
  const broken = links.filter(({ path, anchor }) => {
    const target = join(root, dirname(file), path)
    if (!existsSync(target)) return true
    const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => anchorOf(text))
    return anchor !== undefined && !headings.includes(anchor)
  })
  expect(broken).toEqual([])
})
