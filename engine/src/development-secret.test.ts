import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { developmentSecret } from './development-secret.ts'

const run = promisify(execFile)
const module = new URL('./development-secret.ts', import.meta.url).href

test('OPS-1 two starts at once agree on one secret, and neither reads half of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vigile-secret-'))
  const data = join(folder, 'data')
  const script = `
    const { developmentSecret } = await import(${JSON.stringify(module)})
    const all = Array.from({ length: 20 }, () => developmentSecret(${JSON.stringify(data)}))
    console.log(JSON.stringify(all))`
  const processes = Array.from({ length: 3 }, () => run(process.execPath, ['--input-type=module', '-e', script]))
  const secrets = (await Promise.all(processes)).flatMap(({ stdout }) => JSON.parse(stdout) as string[])
  expect(secrets).toHaveLength(60)
  expect(new Set([...secrets, developmentSecret(data)]).size).toBe(1)
  expect(secrets[0]).toMatch(/^[0-9a-f]{96}$/)
  expect(await readdir(data)).toEqual(['secret'])
  await rm(folder, { recursive: true })
})
