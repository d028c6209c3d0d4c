import type { KnownPermissions } from './permissions.ts'

export type RoleFault = {
  readonly ok: false
  readonly error: 'validation_failed'
  readonly path: 'name' | 'description' | 'permissions'
  /** What is wrong there: for `permissions` the one that was not declared. */
  readonly value: string
}

export const roleNamePattern = /^[a-z0-9][a-z0-9-]{0,63}$/
const maxDescription = 500
/** As in people's names: what would write more than one line, or read another way than it is stored. */
const notOneLine = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

/** What is wrong with a role, or null. A permission that nobody declared is misspelt, and would open nothing or, one day, too much. */
export const checkRole = (
  { isGrantable }: KnownPermissions,
  { name, description, permissions }: { name?: string; description?: string | null; permissions?: readonly string[] },
): RoleFault | null => {
  const fault = (path: RoleFault['path'], value: string): RoleFault => ({
    ok: false,
    error: 'validation_failed',
    path,
    value,
  })
  if (name !== undefined && !roleNamePattern.test(name)) return fault('name', name.slice(0, 64))
  if (description && (description.length > maxDescription || notOneLine.test(description)))
    return fault('description', description.slice(0, 64))
  const unknown = permissions?.find((one) => !isGrantable(one))
  return unknown === undefined ? null : fault('permissions', String(unknown).slice(0, 64))
}

/** As they are stored: each once, in order. */
export const tidy = (permissions: readonly string[]): readonly string[] => [...new Set(permissions)].sort()
