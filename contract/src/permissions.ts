// Permissions as types: the engine's own, those that an application declares, and those that its adapters check at compile time.

/** Resources and what can be done with them: `{ products: ['read', 'create'] }`. Words of `a-z`, `0-9` and `-`, up to 32 characters. */
export type PermissionDeclaration = Readonly<Record<string, readonly string[]>>

/** `'products:read' | 'products:create'`. */
export type NamesIn<Declared extends PermissionDeclaration> = {
  readonly [Resource in keyof Declared & string]: `${Resource}:${Declared[Resource][number]}`
}[keyof Declared & string]

/** What the engine itself knows. These resources are its own: an application declares others. */
export const enginePermissions = {
  users: ['read', 'update', 'delete'],
  roles: ['read', 'manage'],
  audit: ['read'],
  system: ['read', 'admin'],
} as const satisfies PermissionDeclaration

export type EnginePermission = NamesIn<typeof enginePermissions>

/**
 * What an application says once of itself, for the types of every adapter: from then on a misspelt permission does not compile.
 *
 * @example
 * declare module '@vigile/contract' {
 *   interface Register {
 *     permissions: typeof permissions
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: an application fills it in.
export interface Register {}

/** Never, where what is registered is no declaration: nothing compiles, rather than everything. */
export type RegisteredPermission<Registered> = keyof Registered extends never
  ? string
  : Registered extends { permissions: infer Declared extends PermissionDeclaration }
    ? NamesIn<Declared> | EnginePermission
    : never

/** The permissions that the application registered, and the engine's own; any text where it registered none. */
export type AppPermission = RegisteredPermission<Register>
