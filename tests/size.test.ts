// What a browser downloads, as `npm run check` measures it.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
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
