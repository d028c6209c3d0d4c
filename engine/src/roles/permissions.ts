// What may be permitted: the engine's own permissions, and those that an application declares (RBAC-2, RBAC-3).

import { type EnginePermission, enginePermissions, type NamesIn, type PermissionDeclaration } from '@vigile/contract'

/** Every permission there is where these were declared: `Permission<typeof permissions>` is `'products:read' | … | 'users:read' | …`. */
export type Permission<Declared extends PermissionDeclaration = PermissionDeclaration> =
  | NamesIn<Declared>
  | EnginePermission

/** What a role may hold: permissions, all of a resource (`products:*`), or everything (`*`). */
export type Grantable<Declared extends PermissionDeclaration = PermissionDeclaration> =
  | Permission<Declared>
  | `${(keyof Declared & string) | keyof typeof enginePermissions}:*`
  | '*'

/**
 * Types the permissions of an application, so that a misspelt one does not compile; gives back what it was given. They are checked
 * where the engine is made.
 *
 * @example
 * export const permissions = definePermissions({ products: ['read', 'create', 'update', 'delete', 'publish'] })
 * export const auth = createVigile({ publicUrl, secrets, permissions, roles: { user: ['products:read'] } })
 */
export const definePermissions = <const Declared extends PermissionDeclaration>(declared: Declared): Declared =>
  declared

/** The permissions of one engine, by name. Whatever is not among them is misspelt, and opens nothing (H-13). */
export type KnownPermissions = {
  readonly names: readonly string[]
  isPermission(text: string): boolean
  /** A permission, all of a resource that has some, or everything. */
  isGrantable(text: string): boolean
}

export const knowPermissions = (declared: PermissionDeclaration): KnownPermissions => {
  const all = Object.entries({ ...declared, ...enginePermissions })
  const names = all.flatMap(([resource, actions]) => actions.map((action) => `${resource}:${action}`))
  const permissions = new Set(names)
  const grantable = new Set([...names, ...all.map(([resource]) => `${resource}:*`), '*'])
  return {
    names,
    isPermission: (text) => permissions.has(text),
    isGrantable: (text) => grantable.has(text),
  }
}

/** Whether `granted` holds a permission, by its name or by a wildcard. A wildcard is held only by itself or a wider one. */
export const holds = (granted: readonly string[], wanted: string): boolean =>
  granted.includes(wanted) || granted.includes('*') || granted.includes(`${wanted.split(':', 1)[0]}:*`)
