// The actions that the engine puts on record: a closed set, so that they can be counted by name.
export const auditActions = [
  'audit:cut',
  'audit:export',
  'audit:read',
  'factor:add',
  'factor:add:failed',
  'factor:remove',
  'factor:rename',
  'identity:link',
  'identity:link:failed',
  'identity:unlink',
  'keys:rotate',
  'limit:lift',
  'limit:list',
  'limit:refused',
  'permission:denied',
  'role:change',
  'role:create',
  'role:delete',
  'session:commits-lost',
  'session:end',
  'session:end-everyones',
  'session:first-factor',
  'session:key-confirmed',
  'session:key-registered',
  'session:list',
  'session:many-siblings',
  'session:proof:failed',
  'session:reuse',
  'session:sign-in',
  'session:sign-in:failed',
  'system:claim',
  'system:clean-up',
  'user:close',
  'user:create',
  'user:delete',
  'user:disable',
  'user:email-change',
  'user:email-change-request',
  'user:enable',
  'user:keep',
  'user:keep-offered',
  'user:list',
  'user:magic-link-request',
  'user:not-me',
  'user:password-change',
  'user:password-change:failed',
  'user:password-forgot',
  'user:password-reset',
  'user:profile-change',
  'user:read',
  'user:role-grant',
  'user:role-revoke',
  'user:sign-up',
  'user:sign-up:failed',
  'user:verification-request',
  'user:verify-email',
] as const

export type AuditAction = (typeof auditActions)[number]

/** What applications record: their names are theirs, and as many as they like. */
export const otherAction = 'application'

const known: ReadonlySet<string> = new Set(auditActions)

export const actionLabel = (action: string): AuditAction | typeof otherAction =>
  known.has(action) ? (action as AuditAction) : otherAction
