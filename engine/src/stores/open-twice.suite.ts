import { afterAll, beforeAll } from 'vitest'
import type { Database } from './database.ts'
import type { Place } from './samples.suite.ts'

/** A new place, opened twice before the tests of a suite, as two nodes would; it is removed after them. `open` opens it once more. */
export const openTwice = (
  newPlace: () => Promise<Place>,
): { readonly one: Database; readonly other: Database; readonly open: () => Database } => {
  let place: Place
  const db = {} as { one: Database; other: Database }
  beforeAll(async () => {
    place = await newPlace()
    db.one = place.open()
    db.other = place.open()
    await db.one.migrate()
  })
  afterAll(() => place?.remove())
  return Object.assign(db, { open: () => place.open() })
}
