/** Every error code that an answer can carry, with its HTTP status. Codes are stable: clients switch on them. */
export const errorStatus = {
  validation_failed: 400,
  unauthenticated: 401,
  invalid_credentials: 401,
  invalid_code: 401,
  invalid_token: 401,
  session_ended: 401,
  proof_required: 401,
  csrf_failed: 403,
  origin_refused: 403,
  permission_denied: 403,
  reauthentication_required: 403,
  challenge_required: 403,
  sign_up_closed: 403,
  email_missing: 403,
  email_unverified: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  stale_token: 409,
  email_taken: 409,
  account_exists: 409,
  already_linked: 409,
  last_way_in: 409,
  link_expired: 410,
  sign_in_expired: 410,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal_error: 500,
  unavailable: 503,
  provider_unavailable: 503,
} as const

export type ErrorCode = keyof typeof errorStatus

/** Why a session is over. `unknown`: no such session (it ended long ago and was cleaned up, or never was). */
export const sessionEndReasons = [
  'unknown',
  'signed_out',
  'signed_out_everywhere',
  'ended_from_another_device',
  'ended_by_operator',
  'replaced',
  'session_limit',
  'idle',
  'expired',
  'reuse',
  'password_changed',
  'email_changed',
  'reported',
  'account_disabled',
  'account_closed',
  'account_deleted',
  'key_lost',
] as const

export type SessionEndReason = (typeof sessionEndReasons)[number]
