// Several cookies of one name (S-46, SPEC section 16): which of them is the session's token.
import { describe, expect, test } from 'vitest'
import { type DerivedKeys, deriveKeys } from '../keys/derive.ts'
import type { Keyring } from '../keys/keyring.ts'
import { createSessionId, type SessionId } from '../primitives/ids.ts'
import { sampleSession } from '../stores/samples.suite.ts'
import { chooseToken, type GenuineToken, readPresentation } from './presented-token.ts'
import { deriveRefreshToken } from './refresh-token.ts'
import type { SessionStore } from './store.ts'

const [ours, older, foreign] = ['first', 'second', 'not ours'].map(deriveKeys) as [
  DerivedKeys,
  DerivedKeys,
  DerivedKeys,
]
const keyring: Pick<Keyring, 'find'> = {
  find: async (id) => [ours, older].find((key) => key.id === id) ?? null,
}

const make = (sessionId: SessionId, generation = 0, issue = 0, key = ours) =>
  deriveRefreshToken({ id: key.id, key: key.mac }, { sessionId, generation, issue })

const read = (...values: string[]) => readPresentation(keyring as Keyring, values)
const tokensOf = async (...values: string[]) => {
  const presentation = await read(...values)
  return presentation.kind === 'genuine' ? presentation.tokens : []
}

const [old, young] = [createSessionId(), createSessionId()]
const sessions: Pick<SessionStore, 'findMany'> = {
  findMany: async (ids) => ({
    sessions: [
      sampleSession({ id: old, userId: 'u' as never, createdAt: 1_000 }),
      sampleSession({ id: young, userId: 'u' as never, createdAt: 2_000 }),
    ].filter(({ id }) => ids.includes(id)),
    now: 3_000,
  }),
}

const choose = async (values: readonly string[], boundTo: SessionId | null = null) => {
  const tokens = await tokensOf(...values)
  const chosen = await chooseToken(tokens as [GenuineToken, ...GenuineToken[]], (id) => id === boundTo, sessions)
  return chosen.token
}

describe('what was presented', () => {
  test('no cookie is none; nothing genuine is invalid, and the first is named', async () => {
    expect(await read()).toEqual({ kind: 'none' })
    expect(await read('planted', 'x')).toEqual({ kind: 'invalid', token: 'planted' })
    const forged = `${make(old).slice(0, -43)}${'A'.repeat(43)}`
    expect(await read(forged)).toEqual({ kind: 'invalid', token: forged })
  })

  test('TOK-9 a key that this node does not know is no end of the session', async () => {
    expect(await read(make(old, 0, 0, foreign))).toEqual({ kind: 'unknown_key' })
    expect(await read('planted', make(old, 0, 0, foreign))).toEqual({ kind: 'unknown_key' })
  })

  test('TOK-9 a token of an older key that is still on the list is genuine', async () => {
    expect(await tokensOf(make(old, 0, 0, older))).toMatchObject([{ sessionId: old, keyId: older.id }])
  })

  test('S-46 malformed and foreign cookies beside a genuine one are ignored', async () => {
    const genuine = make(old, 4, 1)
    const values = ['', 'planted', make(young, 0, 0, foreign), `${genuine}x`, genuine, 'v1.a.b.c.d.e']
    expect((await tokensOf(...values)).map(({ token }) => token)).toEqual([genuine])
  })

  test('S-46 a hundred planted cookies in front do not hide the genuine one', async () => {
    const planted = Array.from({ length: 100 }, (_, index) =>
      index % 2 === 0 ? 'planted' : `${make(createSessionId()).slice(0, -43)}${'A'.repeat(43)}`,
    )
    expect(await tokensOf(...planted, make(old))).toHaveLength(1)
  })

  test('there is a bound to the tokens that are looked at', async () => {
    const many = Array.from({ length: 1000 }, (_, issue) => make(old, 0, issue))
    expect((await tokensOf(...many)).length).toBeLessThanOrEqual(200)
  })
})

describe('which one counts', () => {
  test('of one session the highest generation, then the highest issue, in whatever order they come', async () => {
    const values = [make(old, 2, 9), make(old, 3, 0), make(old, 3, 2), make(old, 3, 1)]
    for (const order of [values, values.toReversed()]) expect(await choose(order)).toBe(make(old, 3, 2))
  })

  test('of two sessions the one that the CSRF token is bound to, though the other is newer and further', async () => {
    const values = [make(young, 9, 0), make(old, 1, 0), make(old, 2, 0)]
    for (const order of [values, values.toReversed()]) expect(await choose(order, old)).toBe(make(old, 2, 0))
  })

  test('of two sessions without a CSRF token the newest session, though the other has turned further', async () => {
    const values = [make(old, 9, 9), make(young, 0, 0), make(young, 0, 1)]
    for (const order of [values, values.toReversed()]) expect(await choose(order)).toBe(make(young, 0, 1))
  })

  test('a session that is gone loses to one that is there', async () => {
    expect(await choose([make(createSessionId(), 9, 9), make(old, 1, 0)])).toBe(make(old, 1, 0))
  })

  test('where none is there any more, one of them still answers for the rest', async () => {
    const [a, b] = [make(createSessionId(), 2, 0), make(createSessionId(), 1, 0)]
    expect(await choose([a, b])).toBe(a)
  })
})
