// The code of docs/python.md, as it stands there.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blocksIn } from '../../../tests/docs/blocks.ts'
import { temporaryFolder } from '../../../tests/services/place.ts'
import { issuer, makeKey, openKeyServer, signToken } from './key-server.ts'
import { startPythonApi } from './python-api.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/python.md'), 'utf8')
const [accessTokens, app] = blocksIn('python.md', page)
  .filter(({ language }) => language === 'python')
  .map(({ code }) => code) as [string, string]

test('SYS-E DOC-1 the guide’s first file is the example’s, so that all its tests are the guide’s', () => {
  expect(accessTokens).toBe(readFileSync(join(import.meta.dirname, '../api/access_tokens.py'), 'utf8'))
})

test('SYS-E DOC-1 TOK-1 the guide’s application runs: 200 for a good token, 401 for another, 503 where it cannot tell', async () => {
  const folder = await temporaryFolder('guide')
  writeFileSync(join(folder.path, 'access_tokens.py'), accessTokens)
  writeFileSync(join(folder.path, 'app.py'), app)
  const key = makeKey()
  const keys = await openKeyServer([key])
  keys.setDown(true)
  const api = await startPythonApi(folder.path, 'app:app', { VIGILE_ISSUER: issuer, VIGILE_KEYS_URL: keys.url })
  try {
    const ask = (token: string) => api.ask('/api/whoami', `Bearer ${token}`)
    expect((await ask(signToken(key))).status).toBe(503)
    keys.setDown(false)
    api.moveClock(5_000)
    expect(await (await ask(signToken(key))).json()).toEqual({ user: 'ada' })
    expect((await ask(signToken(key, { aud: 'https://other.example.com' }))).status).toBe(401)
    expect((await api.ask('/api/whoami', null)).status).toBe(401)
  } finally {
    await api.stop()
    await keys.close()
    await folder.remove()
  }
})
