import { enginePermissions, type PermissionDeclaration } from '@vigile/contract'
import type { Faults } from '../messages/fault.ts'
import { administratorRole, managePermission } from '../roles/administrators.ts'
import { roleNamePattern } from '../roles/check-role.ts'
import { holds, type KnownPermissions, knowPermissions } from '../roles/permissions.ts'
import type { DeclaredRoles } from '../roles/store.ts'
import { maxRoles } from '../roles/store.ts'
import type { FactorPolicy } from '../second-factor/policy.ts'

const wordPattern = /^[a-z][a-z0-9-]{0,31}$/
const maxPermissions = 500

/** Names the engine's own, and those declared. */
export const permissionsOf = (declared: PermissionDeclaration, faults: Faults): KnownPermissions => {
  for (const [resource, actions] of Object.entries(declared)) {
    const setting = `permissions.${resource}`
    if (Object.hasOwn(enginePermissions, resource)) faults.add(setting, 'engines_resource')
    for (const word of [resource, ...actions])
      if (!wordPattern.test(word)) faults.add(setting, 'no_permission_name', { given: word })
  }
  const known = knowPermissions(declared)
  if (known.names.length > maxPermissions)
    faults.add('permissions', 'many_permissions', { number: known.names.length, most: maxPermissions })
  return known
}

/** Roles that hold what nobody declared would open nothing, and might one day open too much. */
export const rolesOf = (
  declared: Readonly<Record<string, readonly string[]>>,
  { names, isGrantable }: KnownPermissions,
  faults: Faults,
): DeclaredRoles => {
  for (const [role, permissions] of Object.entries(declared)) {
    const setting = `roles.${role}`
    if (!roleNamePattern.test(role)) faults.add(setting, 'no_role_name')
    for (const one of permissions) {
      if (isGrantable(one)) continue
      faults.add(setting, 'not_grantable', { given: one, names: names.join(', ') })
    }
    // Whoever claims an installation, or is made its administrator by command, gets this role.
    if (role === administratorRole && !holds(permissions, managePermission))
      faults.add(setting, 'lacks_management', { permission: managePermission })
  }
  if (Object.keys(declared).length > maxRoles) faults.add('roles', 'many_roles', { most: maxRoles })
  return declared
}

/** A permission that nobody declared would ask a second factor of nobody. */
export const factorPolicyOf = (
  policy: FactorPolicy = 'optional',
  { names, isPermission }: KnownPermissions,
  faults: Faults,
): FactorPolicy => {
  if (typeof policy === 'string') return policy
  const setting = 'accounts.secondFactor'
  if (policy.requiredFor.length === 0) faults.add(setting, 'names_no_permission')
  for (const one of policy.requiredFor)
    if (!isPermission(one)) faults.add(setting, 'no_permission', { given: one, names: names.join(', ') })
  return policy
}
