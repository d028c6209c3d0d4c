// Where a request comes from: CSRF-2 and CSRF-3. Exact origins by list, never a reflected one.
export type Origins = { readonly own: string; readonly allowed: ReadonlySet<string> }

/**
 * Whether a change may come from there. A present `Origin` must be on the list; an absent one is refused where
 * `Sec-Fetch-Site` says that a browser sent it from elsewhere. A caller with neither header is no browser.
 */
export const isChangeAllowed = (headers: Pick<Headers, 'get'>, origins: Origins): boolean => {
  const origin = headers.get('origin')
  if (origin !== null) return origins.allowed.has(origin)
  const site = headers.get('sec-fetch-site')
  return site !== 'cross-site' && site !== 'same-site'
}

/**
 * Whether somebody went there from a page of ours, or by themselves. By `Sec-Fetch-Site`, which redirects between do not hide;
 * a sister domain counts by its `Referer`. A caller without the header is no browser, or an old one.
 */
export const isOwnNavigation = (headers: Pick<Headers, 'get'>, origins: Origins): boolean => {
  const site = headers.get('sec-fetch-site')
  if (site === 'same-site') return origins.allowed.has(URL.parse(headers.get('referer') ?? '')?.origin ?? '')
  return site === null || site === 'same-origin' || site === 'none'
}

const isListed = (origin: string | null, origins: Origins): origin is string =>
  origin !== null && origin !== origins.own && origins.allowed.has(origin)

/** The headers that let a page of a listed origin read the answer; nothing for any other. */
export const corsHeaders = (origin: string | null, origins: Origins): Readonly<Record<string, string>> =>
  isListed(origin, origins)
    ? {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Expose-Headers': 'DPoP-Nonce, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id',
      }
    : {}

/** What a page of a listed origin may send. */
export const preflightHeaders = (
  origin: string | null,
  origins: Origins,
  methods: readonly string[],
): Readonly<Record<string, string>> =>
  isListed(origin, origins)
    ? {
        'Access-Control-Allow-Methods': methods.join(', '),
        'Access-Control-Allow-Headers': 'Content-Type, X-CSRF-Token, Authorization, Accept-Language, DPoP',
        'Access-Control-Max-Age': '600',
      }
    : {}
