// Email and password against the table `people`, for the peers that leave this to the application.
import { verify } from '@node-rs/argon2'

/** Gives the person, or null. */
export const createPasswordCheck =
  (pool) =>
  async ({ email, password }) => {
    const { rows } = await pool.query('select id, email, name, hash from people where email = $1', [email])
    const [person] = rows
    if (!person || !(await verify(person.hash, password))) return null
    return { id: `${person.id}`, email: person.email, name: person.name }
  }
