import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** A text that stands where a secret is wanted, or is one by its looks. */
const written = [
  /VIGILE_SECRET\s*(\?\?|\|\|)\s*['"`]/,
  /\bsecrets?:\s*['"`][^'"`]/,
  /VIGILE_SECRET=['"]?[\w+/=-]{24,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

test('SYS-A 9 SYS-D OPS-1 no example and nothing that operators copy holds a secret', () => {
  const tracked = execFileSync('git', ['ls-files', 'examples', 'ops'], { cwd: root, encoding: 'utf8' })
  const files = tracked.split('\n').filter((file) => /\.(ts|tsx|js|py|ya?ml|conf|service|env|example|json)$/.test(file))
  expect(files.length).toBeGreaterThan(100)
  const holding = files
    .filter((file) => !file.includes('/tests/'))
    .filter((file) => written.some((pattern) => pattern.test(readFileSync(join(root, file), 'utf8'))))
  expect(holding).toEqual([])
})
