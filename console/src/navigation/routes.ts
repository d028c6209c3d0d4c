// Addresses of the hosted pages, and going from one to the other.
import { settings } from '../settings.ts'
import { keepReturnTo, keptReturnTo } from './kept-return-to.ts'
import { safeReturnTo } from './return-to.ts'

export const paths = {
  signUp: '/sign-up',
  forgot: '/forgot-password',
  reset: '/reset-password',
  verify: '/verify-email',
  secondFactor: '/second-factor',
  magicLink: '/magic-link',
  changeEmail: '/change-email',
  claim: '/claim',
  notMe: '/not-me',
  keepAccount: '/keep-account',
  callback: '/auth/callback',
} as const
const asked = new URLSearchParams(location.search)

const withQuery = (path: string, query: Record<string, string>): string => {
  const text = new URLSearchParams(query).toString()
  return text ? `${path}?${text}` : path
}

/** Why the user is here, as the address says: any text. */
export const askedBecause: string | null = asked.get('because')

export const path: string = location.pathname

/** Where the address asks to go after sign-in, when that is safe to follow; or what was asked before a link was mailed. */
const askedReturnTo =
  safeReturnTo(asked.get('returnTo'), location.origin, settings.authPath) ??
  (path === paths.magicLink ? keptReturnTo(location.origin) : null)

const wayBack: Record<string, string> = askedReturnTo ? { returnTo: askedReturnTo } : {}

/** A link to sign in is on its way: it will lead back. */
export const keepWayBack = (): void => keepReturnTo(askedReturnTo)

/** The other signed-out page, with the way back kept. */
export const signInHref = withQuery(settings.signInPath, wayBack)
export const signUpHref = withQuery(paths.signUp, wayBack)
export const magicLinkHref = withQuery(paths.magicLink, wayBack)
export const forgotHref = withQuery(paths.forgot, wayBack)
export const keepAccountHref = withQuery(paths.keepAccount, wayBack)
/** Where the accounts at providers are connected, and the same after a sign-in. */
export const connectionsPath = `${settings.accountPath}#connections`
export const signInToConnectHref = withQuery(settings.signInPath, { returnTo: connectionsPath })

let leaving = false

// Two things can ask at once (an answer, and word from another tab): the first one knew more, and a second would only cut it short.
const leaveTo = (address: string): void => {
  if (leaving) return
  leaving = true
  keepReturnTo(null)
  // Replaced: the back button should not lead to a page that has done its work.
  location.replace(address)
}

/** Goes on after sign-in. */
export const goOn = (): void => leaveTo(askedReturnTo ?? settings.accountPath)

/** Goes on after a right first factor, with the way back kept. */
export const goOnToSecondFactor = (): void => leaveTo(withQuery(paths.secondFactor, wayBack))

/** Goes on to where a sign-in with a provider was going, as the server kept it. `via`: what comes before that. */
export const goOnTo = (returnTo: string, via?: 'secondFactor'): void => {
  const place = safeReturnTo(returnTo, location.origin, settings.authPath) ?? settings.accountPath
  leaveTo(via ? withQuery(paths[via], { returnTo: place }) : place)
}

/** To a provider's page, and back here. `again`: the provider is to ask anew who sits there. */
export const providerHref = (id: string, { again = false, returnTo = askedReturnTo } = {}): string =>
  withQuery(`${settings.authPath}/oauth/${id}`, {
    returnTo: returnTo ?? settings.accountPath,
    ...(again && { again: '1' }),
  })

/** What a provider's callback said went wrong: any text. */
export const askedError: string | null = asked.get('error')
/** At which provider: any text. */
export const askedProvider: string | null = asked.get('provider')

/** From the account to a fresh sign-in, which leads back. */
export const signInAgainHref = withQuery(settings.signInPath, {
  because: 'reauthentication_required',
  returnTo: settings.accountPath,
})

/** From the account to the second factor of a sign-in that has begun there, which leads back. */
export const leaveForSecondFactor = (): void =>
  leaveTo(withQuery(paths.secondFactor, { returnTo: settings.accountPath }))
