// What the browser holds (SPEC section 16): names, attributes, and how they are read and written.
export type CookieKind = 'access' | 'refresh' | 'csrf' | 'hint' | 'device' | 'pending' | 'link'

export type CookiePolicy = {
  readonly secure: boolean
  readonly sameSite: 'strict' | 'lax'
  readonly domain: string | null
  readonly prefix: boolean
  readonly authPath: string
  /** Base names, without prefix. */
  readonly names: Readonly<Record<CookieKind, string>>
}

type CookieSpec = { readonly name: string; readonly httpOnly: boolean; readonly attributes: string }

export type Cookies = {
  readonly names: Readonly<Record<CookieKind, string>>
  /** The attributes that each is set with, but for its life. */
  readonly attributes: Readonly<Record<CookieKind, string>>
  /** Sets a cookie for `maxAgeSeconds`, which is derived from the life of what it carries (COOK-6). */
  set(kind: CookieKind, value: string, maxAgeSeconds: number): string
  /** Clears a cookie with the attributes that it was set with (COOK-7). Only sign-out does so. */
  clear(kind: CookieKind): string
  /** Every value of each kind, in the order in which they came; a foreign cookie of another name is no matter. */
  read(header: string | null): Jar
}

export type Jar = Readonly<Record<CookieKind, readonly string[]>>

/** RFC 6265bis section 5.5: no cookie lives over 400 days. */
const maxAgeLimit = 400 * 86_400
/** RFC 6265bis section 5.6: name and value within 4,096 bytes; longer ones are not ours. */
const maxCookieBytes = 4096

const capital = { strict: 'Strict', lax: 'Lax' } as const

const specify = (policy: CookiePolicy, kind: CookieKind): CookieSpec => {
  const path = ['refresh', 'device', 'pending', 'link'].includes(kind) ? policy.authPath : '/'
  // `__Host-` only where nothing of a sub-domain or path could have set it; no prefix without Secure, or browsers drop it (COOK-4).
  const prefix =
    !policy.secure || !policy.prefix ? '' : path === '/' && policy.domain === null ? '__Host-' : '__Secure-'
  const httpOnly = kind !== 'csrf' && kind !== 'hint'
  const sameSite = kind === 'hint' ? 'lax' : policy.sameSite
  const attributes = [
    `Path=${path}`,
    ...(policy.domain === null ? [] : [`Domain=${policy.domain}`]),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(policy.secure ? ['Secure'] : []),
    `SameSite=${capital[sameSite]}`,
  ].join('; ')
  return { name: `${prefix}${policy.names[kind]}`, httpOnly, attributes }
}

const kinds = ['access', 'refresh', 'csrf', 'hint', 'device', 'pending', 'link'] as const
const noCookies: Jar = { access: [], refresh: [], csrf: [], hint: [], device: [], pending: [], link: [] }

/**
 * Without the spaces and tabs around (RFC 6265bis section 5.6). Not `trim`: it also takes the no-break space, and a
 * sub-domain may set `\u00a0__Host-…`, which browsers do not hold for a prefixed name.
 */
const trimmed = (text: string): string => {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text, start)) start += 1
  while (end > start && isBlank(text, end - 1)) end -= 1
  return text.slice(start, end)
}
const isBlank = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t'

export const createCookies = (policy: CookiePolicy): Cookies => {
  const specs = Object.fromEntries(kinds.map((kind) => [kind, specify(policy, kind)])) as Record<CookieKind, CookieSpec>
  // Names are compared to the letter: `__host-` in other letters could have been set by anyone (S-46).
  const kindOf = new Map<string, CookieKind>(kinds.map((kind) => [specs[kind].name, kind]))
  return {
    names: Object.fromEntries(kinds.map((kind) => [kind, specs[kind].name])) as Record<CookieKind, string>,
    attributes: Object.fromEntries(kinds.map((kind) => [kind, specs[kind].attributes])) as Record<CookieKind, string>,
    set: (kind, value, maxAgeSeconds) => {
      const life = Math.min(Math.max(Math.floor(maxAgeSeconds), 1), maxAgeLimit)
      return `${specs[kind].name}=${value}; Max-Age=${life}; ${specs[kind].attributes}`
    },
    clear: (kind) => `${specs[kind].name}=; Max-Age=0; ${specs[kind].attributes}`,
    read: (header) => {
      if (!header) return noCookies
      const found = {
        access: [] as string[],
        refresh: [] as string[],
        csrf: [] as string[],
        hint: [] as string[],
        device: [] as string[],
        pending: [] as string[],
        link: [] as string[],
      }
      for (const pair of header.split(';')) {
        const at = pair.indexOf('=')
        const kind = at < 0 ? undefined : kindOf.get(trimmed(pair.slice(0, at)))
        if (kind && pair.length <= maxCookieBytes) found[kind].push(trimmed(pair.slice(at + 1)))
      }
      return found
    },
  }
}
