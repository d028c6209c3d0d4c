// What the browser holds (SPEC section 16): names, attributes, and how they are read and written.
const kinds = ['access', 'refresh', 'csrf', 'hint', 'device', 'pending', 'link'] as const
const flowKinds = ['oauth', 'exchange'] as const
export const allKinds = [...kinds, ...flowKinds] as const

export type CookieKind = (typeof kinds)[number]
/** Cookies of sign-ins with a provider, each under a name of its own: the base name, `_`, and the flow's mark. */
export type FlowKind = (typeof flowKinds)[number]
/** Eight hexadecimal digits that tell the flows of one browser apart: two tabs that begin at once both end well. */
export type FlowMark = string
export type FlowCookie = { readonly mark: FlowMark; readonly value: string }

export type CookiePolicy = {
  readonly secure: boolean
  readonly sameSite: 'strict' | 'lax'
  readonly domain: string | null
  readonly prefix: boolean
  readonly authPath: string
  /** Base names, without prefix. */
  readonly names: Readonly<Record<CookieKind | FlowKind, string>>
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
  /** The same for a flow's own. */
  setFlow(kind: FlowKind, { mark, value }: FlowCookie, maxAgeSeconds: number): string
  clearFlow(kind: FlowKind, mark: FlowMark): string
  /** Every value of each kind, in the order in which they came; a foreign cookie of another name is no matter. */
  read(header: string | null): Jar
}

export type Jar = Readonly<Record<CookieKind, readonly string[]>> & Readonly<Record<FlowKind, readonly FlowCookie[]>>

/** The hint of a browser that was found to hold no session, whatever another hint says (`continue-script.ts`). */
export const noSession = '0'

/** Whether a browser may hold a session that it does not show here. */
export const isHinted = ({ hint }: Pick<Jar, 'hint'>): boolean => hint.length > 0 && !hint.includes(noSession)

/** RFC 6265bis section 5.5: no cookie lives over 400 days. */
const maxAgeLimit = 400 * 86_400
/** RFC 6265bis section 5.6: name and value within 4,096 bytes; longer ones are not ours. */
const maxCookieBytes = 4096

const capital = { strict: 'Strict', lax: 'Lax' } as const

const atAuthPath: readonly string[] = ['refresh', 'device', 'pending', 'link', 'exchange']

const pathOf = (policy: CookiePolicy, kind: CookieKind | FlowKind): string => {
  if (kind === 'oauth') return `${policy.authPath}/oauth`
  return atAuthPath.includes(kind) ? policy.authPath : '/'
}

const specify = (policy: CookiePolicy, kind: CookieKind | FlowKind): CookieSpec => {
  const path = pathOf(policy, kind)
  // `__Host-` only where nothing of a sub-domain or path could have set it; no prefix without Secure, or browsers drop it (COOK-4).
  const prefix =
    !policy.secure || !policy.prefix ? '' : path === '/' && policy.domain === null ? '__Host-' : '__Secure-'
  const httpOnly = kind !== 'csrf' && kind !== 'hint'
  // COOK-3: who comes back from a provider comes from another site, and a strict cookie would stay behind.
  const sameSite = kind === 'hint' || kind === 'oauth' ? 'lax' : policy.sameSite
  const attributes = [
    `Path=${path}`,
    ...(policy.domain === null ? [] : [`Domain=${policy.domain}`]),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(policy.secure ? ['Secure'] : []),
    `SameSite=${capital[sameSite]}`,
  ].join('; ')
  return { name: `${prefix}${policy.names[kind]}`, httpOnly, attributes }
}

const emptyJar = () => ({
  access: [] as string[],
  refresh: [] as string[],
  csrf: [] as string[],
  hint: [] as string[],
  device: [] as string[],
  pending: [] as string[],
  link: [] as string[],
  oauth: [] as FlowCookie[],
  exchange: [] as FlowCookie[],
})
const noCookies: Jar = emptyJar()
const markLength = 8
const isMark = (text: string): boolean => /^[a-f0-9]{8}$/.test(text)

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
  const specs = Object.fromEntries(allKinds.map((kind) => [kind, specify(policy, kind)])) as Record<
    CookieKind | FlowKind,
    CookieSpec
  >
  // Names are compared to the letter: `__host-` in other letters could have been set by anyone (S-46).
  const kindOf = new Map<string, CookieKind>(kinds.map((kind) => [specs[kind].name, kind]))
  const flowKindOf = new Map<string, FlowKind>(flowKinds.map((kind) => [`${specs[kind].name}_`, kind]))
  const line = (name: string, value: string, life: number, attributes: string) =>
    `${name}=${value}; Max-Age=${life}; ${attributes}`
  const lifeOf = (seconds: number) => Math.min(Math.max(Math.floor(seconds), 1), maxAgeLimit)
  const flowName = (kind: FlowKind, mark: FlowMark) => `${specs[kind].name}_${mark}`
  return {
    names: Object.fromEntries(kinds.map((kind) => [kind, specs[kind].name])) as Record<CookieKind, string>,
    attributes: Object.fromEntries(kinds.map((kind) => [kind, specs[kind].attributes])) as Record<CookieKind, string>,
    set: (kind, value, maxAgeSeconds) => line(specs[kind].name, value, lifeOf(maxAgeSeconds), specs[kind].attributes),
    clear: (kind) => line(specs[kind].name, '', 0, specs[kind].attributes),
    setFlow: (kind, { mark, value }, maxAgeSeconds) =>
      line(flowName(kind, mark), value, lifeOf(maxAgeSeconds), specs[kind].attributes),
    clearFlow: (kind, mark) => line(flowName(kind, mark), '', 0, specs[kind].attributes),
    read: (header) => {
      if (!header) return noCookies
      const found = emptyJar()
      for (const pair of header.split(';')) {
        const at = pair.indexOf('=')
        if (at < 0 || pair.length > maxCookieBytes) continue
        const name = trimmed(pair.slice(0, at))
        const kind = kindOf.get(name)
        if (kind) {
          found[kind].push(trimmed(pair.slice(at + 1)))
          continue
        }
        const flowKind = flowKindOf.get(name.slice(0, -markLength))
        const mark = name.slice(-markLength)
        if (flowKind && isMark(mark)) found[flowKind].push({ mark, value: trimmed(pair.slice(at + 1)) })
      }
      return found
    },
  }
}
