// Which database a backup is of. One that was restored elsewhere (a rehearsal, a copy to try things on) has the same secret and perhaps
// the same place for its backups: they are not those of the database that went on.
import type { Manifest } from './manifest.ts'

/** The restores that a database went through, oldest first, by its audit log. */
export type Line = NonNullable<Manifest['restores']>

/** Whether it was taken of this database, or of the one that this was restored from. */
export const isOf = (line: Line, { restores = [] }: Pick<Manifest, 'restores'>): boolean => {
  const last = restores.at(-1)
  return !last || line.some(({ id }) => id === last.id)
}

/** Of two backups neither of which leads to the other: both databases went on after a restore that only one went through. */
export const isRival = (
  newer: Pick<Manifest, 'at' | 'restores'>,
  older: Pick<Manifest, 'at' | 'restores'>,
): boolean => {
  const lacks = ({ restores = [] }: Pick<Manifest, 'restores'>, id: string) => !restores.some((one) => one.id === id)
  return (
    (newer.restores ?? []).some(({ id, at }) => at < older.at && lacks(older, id)) ||
    (older.restores ?? []).some(({ id }) => lacks(newer, id))
  )
}
