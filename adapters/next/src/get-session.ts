import { type PageState, requestOf, type Vigile } from '@vigile/engine'
import { redirect, unauthorized } from 'next/navigation'
import { cache } from 'react'
import { askedNow } from './requests.ts'
import { SessionUnknownError } from './session-unknown-error.ts'

type SignedInState = Extract<PageState, { state: 'signed_in' }>

/** Who is signed in, and what they may do in this session, wildcards among it. */
export type SignedIn = Omit<SignedInState, 'state'>

/** Not known for the moment: a part is down. Never the same as signed out. */
export type NotKnown = { readonly unknown: true; readonly user?: never; readonly session?: never }

type Pages = Pick<Vigile, 'pageState'>

/** Once for each rendering, however many components ask. */
const stateOf = cache(async (auth: Pages): Promise<PageState> => {
  const asked = await askedNow()
  return asked ? auth.pageState(requestOf(asked), asked.url) : { state: 'unknown' }
})

/** Elsewhere, for a page. A script that fetches gets a 401, by which `client.fetch` renews and asks once more. */
const leave = async (location: string): Promise<never> =>
  (await askedNow())?.forPage ? redirect(location) : unauthorized()

/** The state, once a session that only has to be renewed was: by a page of the engine's own, which leads back here. */
const settled = async (auth: Pages): Promise<Exclude<PageState, { state: 'ask' }>> => {
  const state = await stateOf(auth)
  // Rendering can't renew a session: it does not see the refresh cookie, and many renderings at once would be many refreshes.
  return state.state === 'ask' ? leave(state.location) : state
}

/**
 * Who is signed in, in a server component, an action or a route handler: null where nobody is, `unknown` where a part is down. Throws
 * nothing but Next's own redirection, to renew a session whose access token did not come (a link from another site, a night's sleep),
 * and its 401 where a script asked, which renews by itself (`client.fetch`; `experimental.authInterrupts` of next.config).
 *
 * @example
 * const session = await getSession(auth)
 * return session?.user ? <Account user={session.user} /> : session === null ? <SignIn /> : null
 */
export const getSession = async (auth: Pages): Promise<(SignedIn & { readonly unknown?: never }) | NotKnown | null> => {
  const state = await settled(auth)
  if (state.state === 'signed_out') return null
  return state.state === 'unknown' ? { unknown: true } : signedIn(state)
}

/**
 * The same for what only a signed-in person may see: whoever is not goes to the sign-in page, which leads back. Throws a
 * `SessionUnknownError` where a part is down.
 *
 * @example
 * const { user } = await requireSession(auth)
 */
export const requireSession = async (auth: Pages): Promise<SignedIn> => {
  const state = await settled(auth)
  if (state.state === 'signed_out') return leave(state.location)
  if (state.state === 'unknown') throw new SessionUnknownError()
  return signedIn(state)
}

const signedIn = ({ user, session, permissions }: SignedInState): SignedIn => ({ user, session, permissions })
