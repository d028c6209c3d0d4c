// What each guard of the engine refuses, and the limit behind it.
import type { ErrorCode } from '../errors.ts'

const signedIn = ['unauthenticated', 'proof_required', 'rate_limited'] as const
const ownPages = ['origin_refused', 'rate_limited'] as const
const signedInChange = [...signedIn, 'csrf_failed', 'origin_refused'] as const
const recentChange = [...signedInChange, 'reauthentication_required'] as const
const permitted = [...signedIn, 'permission_denied', 'reauthentication_required'] as const
const holder = [...signedInChange, 'invalid_token', 'session_ended'] as const

export const refusedBy = {
  ownPages,
  waiting: ['unauthenticated', ...ownPages],
  signedIn,
  signedInChange,
  recentChange,
  permitted,
  permittedChange: [...recentChange, 'permission_denied'],
  refreshCookie: [...holder, 'stale_token'],
  owner: [...holder, 'reauthentication_required'],
} as const satisfies Record<string, readonly ErrorCode[]>
