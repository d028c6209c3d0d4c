import { describe, expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { createSessionId } from '../primitives/ids.ts'
import { createCsrfToken, readCsrf } from './csrf.ts'

const own = deriveKeys('a secret of this site')
const older = deriveKeys('an older secret of this site')
const foreign = deriveKeys('a secret of another site')
const keyring = { find: async (id: string) => [own, older].find((key) => key.id === id) ?? null }
const [mine, other] = [createSessionId(), createSessionId()]
const proves = async (header: string | null, cookies: readonly string[], session = mine) =>
  (await readCsrf(keyring, header, cookies)).isBoundTo(session)

describe('CSRF-1 a token proves one session', () => {
  test('sent as header and cookie, and by an older secret too', async () => {
    for (const key of [own, older]) {
      const token = createCsrfToken(key, mine)
      expect(await proves(token, [token])).toBe(true)
      expect(await proves(token, ['planted', token])).toBe(true)
    }
  })

  test('each is a new one, so that its bytes can’t be guessed from compressed answers (BREACH)', () => {
    expect(createCsrfToken(own, mine)).not.toBe(createCsrfToken(own, mine))
  })

  test('that of another session, or of none, proves nothing', async () => {
    for (const binding of [other, null]) {
      const token = createCsrfToken(own, binding)
      expect(await proves(token, [token])).toBe(false)
    }
    const token = createCsrfToken(own, null)
    expect((await readCsrf(keyring, token, [token])).isBoundTo(null)).toBe(true)
  })

  test('double submit: a header without the cookie, or the other way round, proves nothing', async () => {
    const [token, another] = [createCsrfToken(own, mine), createCsrfToken(own, mine)]
    expect(await proves(token, [])).toBe(false)
    expect(await proves(null, [token])).toBe(false)
    expect(await proves(token, [another])).toBe(false)
  })

  test('planted pairs: made up, of another site’s secret, relabelled, bent', async () => {
    const token = createCsrfToken(own, mine)
    const [id, nonce, mac] = token.split('.') as [string, string, string]
    const planted = [
      'x',
      '',
      `${id}.${nonce}.${'A'.repeat(43)}`,
      createCsrfToken(foreign, mine),
      `${id}${createCsrfToken(foreign, mine).slice(11)}`,
      `${older.id}.${nonce}.${mac}`,
      `${id}.${'A'.repeat(22)}.${mac}`,
      `${token}x`,
      ` ${token}`,
      token.toLowerCase(),
      `${id}.${nonce}`,
      'A'.repeat(100_000),
    ]
    for (const one of planted) expect(await proves(one, [one]), one.slice(0, 90)).toBe(false)
  })
})
