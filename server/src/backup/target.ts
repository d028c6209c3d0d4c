// A database to take from or to restore into, as a setting names it.
import { resolve } from 'node:path'

export type Target =
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'sqlite'; readonly file: string }

/** `postgres://…`, `file:…`, or nothing for the embedded default; checked before by the engine. */
export const targetOf = (database = 'file:./data/vigile.db'): Target =>
  /^postgres(ql)?:/.test(database)
    ? { kind: 'postgres', url: database }
    : { kind: 'sqlite', file: resolve(database.replace(/^file:(\/\/(?=\/))?/, '')) }

/** Its address for the engine. */
export const addressOf = (target: Target): string => (target.kind === 'postgres' ? target.url : `file:${target.file}`)

/** As people know it, without a password. */
export const nameOf = (target: Target): string => {
  if (target.kind === 'sqlite') return target.file
  const { hostname, port, pathname } = new URL(target.url)
  return `${pathname.slice(1)}@${hostname}${port === '' ? '' : `:${port}`}`
}
