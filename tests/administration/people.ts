// People who signed up and have roles, each with a browser.
import { parseUserId, type UserId } from '@vigile/engine'
import { by } from '../roles/scene.ts'
import type { Site } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'

export type Member = { readonly visitor: Visitor; readonly id: UserId; readonly email: string }

/** Administers users, and nothing else. */
export const clerkPermissions = ['users:read', 'users:update', 'users:delete'] as const

let people = 0
export const member = async (site: Site, ...roles: readonly string[]): Promise<Member> => {
  people += 1
  const email = `member-${people}@example.com`
  const visitor = site.visitor()
  const id = parseUserId((await visitor.signUp(email)).body.user.id)
  if (id === null) throw new Error('the account was not made')
  for (const role of roles) {
    const { ok } = await site.vigile.roles.grant(id, role, by)
    if (!ok) throw new Error(`there is no role ${role}`)
  }
  return { visitor, id, email }
}
