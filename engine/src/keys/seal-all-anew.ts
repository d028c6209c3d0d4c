// Every hour: what is sealed with an older key is sealed anew, so that a secret can be dropped from VIGILE_SECRET once the
// sessions of its time are over.
import type { Log } from '../primitives/log.ts'
import type { Keyring } from './keyring.ts'

const batch = 200

/** Things of one kind that are kept under seal, a row each. */
export type UnderSeal<Row> = {
  /** For the log: `an authenticator app`. */
  readonly kind: string
  readonly alert: string
  /** Up to `limit` that are sealed with other keys than this one, in an order that stands, after `after`. */
  listNotUnder(keyId: string, after: Row | null, limit: number): Promise<readonly Row[]>
  keyIdOf(row: Row): string | null
  /** Opens it, and seals it with the newest key. */
  sealAnew(row: Row): Promise<void>
}

/** Gives the number that could be opened. One that can't is named in the log, and left for whoever knows its key. */
export const sealAllAnew = async <Row>(
  { keyring, log }: { readonly keyring: Pick<Keyring, 'newest'>; readonly log: Log },
  things: UnderSeal<Row>,
): Promise<number> => {
  const one = async (row: Row): Promise<number> => {
    try {
      await things.sealAnew(row)
      return 1
    } catch (error) {
      const fields = { err: error, alert: things.alert, key: things.keyIdOf(row) }
      log.error(fields, `${things.kind} could not be sealed anew`)
      return 0
    }
  }
  let done = 0
  let after: Row | null = null
  for (;;) {
    const rows: readonly Row[] = await things.listNotUnder(keyring.newest().id, after, batch)
    for (const row of rows) done += await one(row)
    after = rows.at(-1) ?? null
    if (rows.length < batch) return done
  }
}
