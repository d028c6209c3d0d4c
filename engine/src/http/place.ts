// Where somebody goes once they are signed in. Only origins of the exact list: no open redirect (OAU-5, S-55, S-57).
import type { Origins } from './origin.ts'
import { safeReturnTo } from './return-to.ts'

/** A front end's origin, and a path there. */
export type Place = { readonly frontend: string; readonly returnTo: string }

/**
 * The place in a text: a path of this site, or an address that begins, letter by letter, with an allowed origin. Null for anything
 * else.
 */
export const placeOf = (text: string, origins: Origins, authPath?: string): Place | null => {
  const listed = [...origins.allowed].find((origin) => text === origin || text.startsWith(`${origin}/`))
  const frontend = listed ?? origins.own
  const returnTo = safeReturnTo(listed === undefined ? text : text.slice(listed.length) || '/', frontend, authPath)
  return returnTo === null ? null : { frontend, returnTo }
}
