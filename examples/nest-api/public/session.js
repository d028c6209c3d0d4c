// The one client of the page: it renews the session by itself, in all tabs together.
import { createClient } from '/client/index.js'

export const client = createClient({ app: 'ledger' })

/** Signed out somewhere, away for too long, or ended by another sign-in: the sign-in page says which. */
client.onSessionEnd(() => location.assign('/sign-in'))

/** @param {string[]} permissions @param {string} wanted */
export const holds = (permissions, wanted) =>
  permissions.some((one) => one === wanted || one === '*' || one === `${wanted.split(':')[0]}:*`)
