import { UnavailableError } from '../primitives/unavailable.ts'

/**
 * The secrets here are not those of the nodes, or of the database: what would be made with them nobody else could use. Thrown by
 * `keys.rotate`, before anything is written.
 */
export class UnknownSecretError extends UnavailableError {
  override readonly name = 'UnknownSecretError'
}
