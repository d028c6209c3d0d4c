// People with roles, made without passwords: what they may do does not depend on how they sign in.
import { parseUserId, type UserId } from '@vigile/engine'
import type { Site } from '../support/site.ts'

export const by = { kind: 'operator', name: 'test' } as const
export const asUser = (id: UserId) => ({ kind: 'user', id }) as const

export const permissions = { products: ['read', 'create', 'update', 'delete', 'publish'], profile: ['update'] } as const
/** System C's roles (RBAC-2). */
export const roles = {
  user: ['products:read', 'profile:update'],
  'content-editor': ['products:read', 'profile:update', 'products:create', 'products:update'],
  admin: ['products:*', 'users:read', 'users:update', 'users:delete', 'roles:manage', 'system:admin'],
} as const

let people = 0
/** A new account that has these roles besides those that every new account gets. */
export const person = async ({ vigile }: Pick<Site, 'vigile'>, ...names: readonly string[]): Promise<UserId> => {
  people += 1
  const made = await vigile.users.create({ email: `person-${people}@example.com`, emailVerified: true }, by)
  const id = made.ok ? parseUserId(made.value.id) : null
  if (id === null) throw new Error('the account was not made')
  for (const name of names) {
    const { ok } = await vigile.roles.grant(id, name, by)
    if (!ok) throw new Error(`there is no role ${name}`)
  }
  return id
}
