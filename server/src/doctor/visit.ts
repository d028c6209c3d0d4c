// A whole visit with an account that was made for it: in, known, out. Nobody else's session is touched.
import type { Answer, Ask } from './ask.ts'
import type { Visit } from './facts.ts'
import { contentOf, isCsrf, pairOf } from './set-cookie.ts'

export type Credentials = { readonly email: string; readonly password: string }

/** Signs out, whatever became of it before: no session is left behind where the server lets it be ended. */
export const visit = async (
  { url, ask, authPath }: { readonly url: URL; readonly ask: Ask; readonly authPath: string },
  credentials: Credentials,
): Promise<Visit> => {
  const at = (path: string) => new URL(`${authPath}/${path}`, url)
  const change = { 'content-type': 'application/json', origin: url.origin }
  const entered = await ask(at('login'), { method: 'POST', headers: change, body: JSON.stringify(credentials) })
  const set = setCookies(entered)
  const { email } = credentials
  const nothing = { email, set, known: null, left: null, after: null, isStored: mayBeStored(entered) }
  const said = objectIn(entered)
  if (entered.status !== 200) return { ...nothing, status: entered.status, waits: false }
  if ('next' in said) return { ...nothing, status: entered.status, waits: true }

  const cookie = set.map(pairOf).join('; ')
  const { accessToken } = said
  const whoever = {
    cookie,
    ...(typeof accessToken === 'string' && /^[\w.-]+$/.test(accessToken) && { authorization: `Bearer ${accessToken}` }),
  }
  const known = await orNull(ask(at('me'), { headers: whoever }))
  // Bound to the session: the one that came with the sign-in.
  const csrf = set.find(isCsrf)
  const token = csrf === undefined ? {} : { 'x-csrf-token': contentOf(csrf) }
  const left = await orNull(
    ask(at('logout'), { method: 'POST', headers: { ...change, ...whoever, ...token }, body: '{}' }),
  )
  const after = await orNull(ask(at('me'), { headers: whoever }))
  return {
    ...nothing,
    status: entered.status,
    waits: false,
    known: known?.status ?? null,
    left: left && { status: left.status, cleared: setCookies(left) },
    after: after?.status ?? null,
  }
}

const setCookies = ({ headers }: Answer): readonly string[] => headers['set-cookie'] ?? []

const mayBeStored = ({ headers }: Answer): boolean => !/\bno-store\b/i.test(headers['cache-control'] ?? '')

const objectIn = ({ body }: Answer): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

const orNull = (work: Promise<Answer>): Promise<Answer | null> => work.catch(() => null)
