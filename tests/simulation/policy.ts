// The lives and constants that every world has: the engine's defaults.
import { defaultProtocol, type SessionPolicy } from '../../engine/src/sessions/policy.ts'

export const policy: SessionPolicy = {
  accessSeconds: 900,
  idleSeconds: 7 * 86_400,
  absoluteSeconds: 30 * 86_400,
  recentSeconds: 600,
  perUser: Number.POSITIVE_INFINITY,
  protocol: defaultProtocol,
}

export const second = 1000
export const minute = 60_000
export const hour = 3_600_000
export const day = 86_400_000
