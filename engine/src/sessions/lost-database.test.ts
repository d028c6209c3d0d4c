// A genuine token in a database that has lost its data: nobody's session is over by that (SPEC section 17, decisions/0030).
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BoundKey } from '../binding/bound-key.ts'
import { createSessionId, createUserId } from '../primitives/ids.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { acknowledge } from './acknowledge.ts'
import { refresh } from './refresh.ts'
import { registerKey } from './register-key.ts'
import { context, openRig, type Rig } from './rig.suite.ts'
import type { SessionRow } from './store.ts'
import { verifyAccess } from './verify.ts'

let rig: Rig
let token: ReturnType<Rig['token']>
beforeAll(async () => {
  rig = await openRig()
  token = rig.token({ ...(await rig.insert()), id: createSessionId() })
})
afterAll(() => rig?.close())

const claims = () => ({
  ...{ userId: createUserId(), sessionId: token.sessionId, generation: 0, issue: 0 },
  ...{ authenticatedAt: 0, issuedAt: 0, expiresAt: Number.MAX_SAFE_INTEGER },
})

const acts: Readonly<Record<string, (deps: Rig['deps']) => Promise<unknown>>> = {
  'a refresh': (deps) => refresh(deps, { token, retry: undefined, settled: undefined, context }),
  'an ack': (deps) => acknowledge(deps, { token, settled: undefined, context }),
  'the registration of a key': (deps) => registerKey(deps, { token, key: 'registered.x.y' as BoundKey, context }),
  'a session check': (deps) =>
    verifyAccess(
      {
        ...{ ...deps, ...rig.database, accessTokens: { ...deps.accessTokens, verify: async () => claims() } },
        liveSessions: { peek: () => undefined, get: async (): Promise<SessionRow | null> => null, drop: () => {} },
        confirm: async () => {},
      },
      'a token',
      'cookie',
    ),
}

test.each(Object.entries(acts))(
  'S-90 I3 %s finds no session in a database that is another: 503, and no end',
  async (_, act) => {
    const requireSameDatabase = () => Promise.reject(new UnavailableError('another'))
    await expect(act({ ...rig.deps, requireSameDatabase })).rejects.toThrow(UnavailableError)
    expect(await act(rig.deps)).toMatchObject({ ok: false, error: 'session_ended', reason: 'unknown' })
  },
)

test('S-90 whose session is there is asked nothing more', async () => {
  const requireSameDatabase = () => Promise.reject(new Error('asked'))
  const own = rig.token(await rig.insert())
  const input = { token: own, retry: undefined, settled: undefined, context }
  expect(await refresh({ ...rig.deps, requireSameDatabase }, input)).toMatchObject({ ok: true })
})
