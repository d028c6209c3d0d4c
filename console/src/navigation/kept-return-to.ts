// The way back while a link to sign in is on its way by mail: it opens in a tab of its own, and the letter says nothing of it.
// Kept in the browser that asked, for as long as the link is good; another browser has none, and goes to the account.
import { safeReturnTo } from './return-to.ts'

const key = 'vigile_return_to'
const lifeMs = 10 * 60_000

/** Keeps the way back, or forgets the one that was kept. Where the browser refuses to keep anything, it is lost. */
export function keepReturnTo(returnTo: string | null, now = Date.now()): void {
  try {
    if (returnTo === null) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify({ returnTo, until: now + lifeMs }))
  } catch {}
}

/** What was kept, checked as if it stood in an address: other scripts of this origin can write there. */
export function keptReturnTo(origin: string, now = Date.now()): string | null {
  try {
    const { returnTo, until } = JSON.parse(localStorage.getItem(key) ?? '{}')
    // Not further ahead than it ever is: a clock that was wrong keeps nothing for ever.
    return typeof returnTo === 'string' && until > now && until <= now + lifeMs ? safeReturnTo(returnTo, origin) : null
  } catch {
    return null
  }
}
