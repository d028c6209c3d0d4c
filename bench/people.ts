// People with sessions: signed up over HTTP, or, where many are needed, put into the database.
import pg from 'pg'
import { createCsrfToken } from '../engine/src/http/csrf.ts'
import { deriveKeys } from '../engine/src/keys/derive.ts'
import { parseSessionId } from '../engine/src/primitives/ids.ts'
import { deriveRefreshToken } from '../engine/src/sessions/refresh-token.ts'
import { askOnce, requestText } from './measure/load.ts'
import type { Server } from './servers/server.ts'
import { publicUrl, secret } from './servers/vigile.ts'

export const password = 'correct horse battery 42'

/** What a browser sends along; the floors get the same. */
export const browserHeaders = {
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  Accept: '*/*',
  'Accept-Language': 'en-GB,en;q=0.9',
  'Accept-Encoding': 'gzip, deflate, br',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Dest': 'empty',
  Referer: `${publicUrl}/`,
}

export type Cookies = Readonly<Record<string, string>>

/** The cookies that an answer sets, by their names. */
export const cookiesOf = (head: string): Cookies =>
  Object.fromEntries(
    [...head.matchAll(/\r\nset-cookie: ([^=]+)=([^;\r]*)/gi)].map(([, name = '', value = '']) => [name, value]),
  )

export const cookieHeader = (cookies: Cookies, kinds: RegExp) =>
  Object.entries(cookies)
    .filter(([name]) => kinds.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')

export const change = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): string =>
  requestText(
    'POST',
    `/api/auth${path}`,
    { ...browserHeaders, Origin: publicUrl, 'Content-Type': 'application/json', ...headers },
    JSON.stringify(body),
  )

/** What a signed-in browser asks: its session, and who it is. */
export const sessionCheck = (cookies: Cookies): string =>
  requestText('GET', '/api/auth/me', { ...browserHeaders, Cookie: cookieHeader(cookies, /access|csrf|hint/) })

/** What nginx asks for such a browser's request to an application behind it. */
export const forwardCheck = (cookies: Cookies): string =>
  requestText('GET', '/api/auth/forward', {
    ...browserHeaders,
    Cookie: cookieHeader(cookies, /access|csrf|hint/),
    'X-Original-URI': '/wiki/page?id=7',
    'X-Original-Method': 'GET',
  })

export const signOut = (cookies: Cookies): string =>
  change(
    '/logout',
    {},
    {
      Cookie: cookieHeader(cookies, /./),
      'X-CSRF-Token': Object.entries(cookies).find(([name]) => name.endsWith('_csrf'))?.[1] ?? '',
    },
  )

/** Signs up and confirms, as a page does. */
export const signUp = async ({ port }: Server, email: string): Promise<Cookies> => {
  const { head } = await askOnce(port, change('/register', { email, password }))
  return cookiesOf(head)
}

export const signIn = async ({ port }: Server, email: string): Promise<Cookies> =>
  cookiesOf((await askOnce(port, change('/login', { email, password }))).head)

export const query = async (database: string, text: string, values: unknown[] = []): Promise<pg.QueryResult> => {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * Puts so many sessions into a PostgreSQL database, one user for each hundred, confirmed, their tokens issued more than an hour
 * ago: the next refresh of each rotates. Their ids are `prefix` and a number. `isDead`: their life was over an hour after that.
 */
export const insertSessions = async (
  database: string,
  prefix: string,
  count: number,
  {
    issuedAt = Date.now() - 1.5 * hourMs,
    isDead = false,
  }: { readonly issuedAt?: number; readonly isDead?: boolean } = {},
): Promise<void> => {
  const now = Date.now()
  await query(
    database,
    `insert into users (id, email, email_key, is_active, search_text, created_at, updated_at)
     select $1 || lpad(i::text, 21, '0'), $1 || i || '@example.com', $1 || i || '@example.com', true, $1 || i || '@example.com', $2::bigint, $2::bigint
     from generate_series(0, ($3::int - 1) / 100) i`,
    [prefix, now - dayMs, count],
  )
  await query(
    database,
    `insert into sessions (id, user_id, generation, issue, winner, rotated_at, issued_at, durable, key_id, idle_expires_at,
       expires_at, created_at, authenticated_at, last_used_at, ip, user_agent)
     select $1 || lpad(i::text, 21, '0'), $1 || lpad((i / 100)::text, 21, '0'), 0, 0, 0, $2::bigint, $2::bigint, true, $3, $4::bigint, $5::bigint, $2::bigint, $2::bigint, $2::bigint, '192.0.2.1', $6
     from generate_series(0, $7::int - 1) i`,
    [
      prefix,
      issuedAt,
      keys.id,
      isDead ? issuedAt + hourMs : now + 7 * dayMs,
      now + 30 * dayMs,
      browserHeaders['User-Agent'],
      count,
    ],
  )
  await query(database, 'vacuum analyze')
}

const keys = deriveKeys(secret)

/** A refresh of the n-th of the sessions that were put there. */
export const refreshOf = (prefix: string, n: number): string => {
  const sessionId = parseSessionId(`${prefix}${String(n).padStart(21, '0')}`)
  if (sessionId === null) throw new Error(`${prefix} is no prefix of a session's id`)
  const refresh = deriveRefreshToken({ id: keys.id, key: keys.mac }, { sessionId, generation: 0, issue: 0 })
  const csrf = createCsrfToken(keys, sessionId)
  const cookies = { '__Secure-vigile_refresh': refresh, '__Host-vigile_csrf': csrf, '__Host-vigile_hint': '1' }
  return change('/refresh', {}, { Cookie: cookieHeader(cookies, /./), 'X-CSRF-Token': csrf })
}
