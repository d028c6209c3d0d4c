import { parseUserId } from '@vigile/engine'
import { requirePermission } from '@vigile/next'
import { RoleSwitch } from '../../../components/role-switch.tsx'
import { auth } from '../../../lib/auth.ts'

const rolesOf = async (userId: string): Promise<readonly string[]> => {
  const id = parseUserId(userId)
  return id ? auth.roles.of(id) : []
}

export default async function Page() {
  await requirePermission(auth, 'roles:read')
  const [{ users }, roles] = await Promise.all([auth.users.list({}), auth.roles.list()])
  const people = await Promise.all(users.map(async (user) => ({ user, has: await rolesOf(user.id) })))
  return (
    <>
      <h1>People</h1>
      <p>A role counts from the next click of whoever has it, and no longer once it is taken.</p>
      <ul className="people">
        {people.map(({ user, has }) => (
          <li key={user.id} className="card">
            <strong>{user.email}</strong>
            <p className="row">
              {roles.map(({ id, name }) => (
                <RoleSwitch key={id} userId={user.id} role={{ id, name }} has={has.includes(name)} />
              ))}
            </p>
          </li>
        ))}
      </ul>
    </>
  )
}
