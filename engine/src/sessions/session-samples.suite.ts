// Sessions and policies for tests.
import { defaultProtocol } from './policy.ts'
import type { Presented, RotationPolicy, SessionState } from './rotation.ts'

const day = 86_400_000

export const samplePolicy: RotationPolicy = {
  accessSeconds: 900,
  idleSeconds: 7 * 86_400,
  absoluteSeconds: 30 * 86_400,
  recentSeconds: 600,
  perUser: 10,
  protocol: defaultProtocol,
  newestKeyId: 'newest',
}

/** When `sampleState` is asked, if nothing else is said. */
export const now = 1_800_000_000_000

/** A live session: generation 3, confirmed, durable, its token a minute old. */
export const sampleState = (changes: Partial<SessionState> = {}): SessionState => ({
  generation: 3,
  issue: 0,
  winner: 0,
  previousWinner: 0,
  rotatedAt: now - 60_000,
  issuedAt: now - 60_000,
  durable: true,
  keyId: 'its-own',
  idleExpiresAt: now + 7 * day - 60_000,
  expiresAt: now + 20 * day,
  revokedAt: null,
  revokedReason: null,
  ...changes,
})

export const samplePresented = (changes: Partial<Presented> = {}): Presented => ({
  generation: 3,
  issue: 0,
  keyId: 'presented',
  retry: false,
  settled: false,
  ...changes,
})
