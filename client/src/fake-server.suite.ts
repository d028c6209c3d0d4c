// A small server for tests: the rows of PROTOCOL.md's tables that a client can meet, in memory, with faults to order.
import { createHash } from 'node:crypto'
import type { ErrorCode, SessionEndReason } from '@vigile/contract'

export type FakeServer = ReturnType<typeof createFakeServer>
export type Jar = Map<string, string>
export type Answer = {
  status: number
  body?: unknown
  headers?: Record<string, string>
  set?: Record<string, string | null>
}
/** What befalls a request: never arrives, its answer is lost or never comes, or some other machine answers. */
export type Fault = 'unreachable' | 'lost' | 'hangs' | Answer

type Logged = { path: string; body: Record<string, string>; csrf: string | null; at: number; status: number | string }

type Row = {
  id: string
  user: string
  g: number
  i: number
  w: number | null
  pw: number | null
  rotatedAt: number
  issuedAt: number
  durable: boolean
  ended: SessionEndReason | null
}

const fingerprintOf = (token: string) => createHash('sha256').update(token).digest('hex').slice(0, 16)

export function createFakeServer(now: () => number) {
  const rows = new Map<string, Row>()
  const log: Logged[] = []
  let count = 0

  const server = {
    accessSeconds: 900,
    /** How long a request takes to arrive, and its answer as well. */
    latencyMs: 20,
    log,
    rows,
    /** Called for each request before it is handled. */
    fault: (_path: string, _nth: number): Fault | undefined => undefined,
    requests: (path: string) => log.filter((each) => each.path === path),
    end(reason: SessionEndReason) {
      for (const row of rows.values()) row.ended ??= reason
    },
    /** The row behind the jar's refresh cookie. */
    rowOf: (jar: Jar) => rows.get(`${jar.get('vigile_refresh')}`.split('.')[0] ?? ''),
    handle,
  }

  const problem = (status: number, code: ErrorCode, more: object = {}): Answer => ({
    status,
    body: { type: 'about:blank', title: code, detail: code, status, code, requestId: 'r', ...more },
  })

  const tokenOf = (row: Row) => `${row.id}.${row.g}.${row.i}`
  const access = (row: Row) => ({ vigile_access: `${row.id}.${now() + server.accessSeconds * 1000}` })
  const cookies = (row: Row) => ({
    ...access(row),
    vigile_refresh: tokenOf(row),
    vigile_csrf: `csrf-${row.id}`,
    vigile_hint: '1',
  })
  const started = (row: Row): Answer => ({
    status: 200,
    body: {
      user: { email: row.user },
      session: { id: row.id },
      expiresIn: server.accessSeconds,
      fingerprint: fingerprintOf(tokenOf(row)),
    },
    set: cookies(row),
  })
  const begin = (user: string, jar: Jar, reason: SessionEndReason): Answer => {
    const old = server.rowOf(jar)
    if (old) old.ended ??= reason
    const id = `s${++count}`
    const fresh = { w: null, pw: null, durable: false, ended: null }
    rows.set(id, { id, user, g: 0, i: 0, rotatedAt: now(), issuedAt: now(), ...fresh })
    return started(rows.get(id)!)
  }
  const cleared = { vigile_access: null, vigile_refresh: null, vigile_csrf: null, vigile_hint: null }

  const signedIn = (jar: Jar) => {
    const [id = '', expires] = `${jar.get('vigile_access')}`.split('.')
    const row = rows.get(id)
    return row && !row.ended && Number(expires) > now() ? row : undefined
  }

  type Presented = { refused: Answer } | { refused?: undefined; row: Row; p: number; q: number; fingerprint: string }
  function presented(jar: Jar): Presented {
    const token = jar.get('vigile_refresh')
    if (!token) return { refused: problem(401, 'unauthenticated', { fingerprint: '' }) }
    const fingerprint = fingerprintOf(token)
    const [id = '', p, q] = token.split('.')
    const row = rows.get(id)
    if (!row || row.ended) {
      return { refused: problem(401, 'session_ended', { reason: row?.ended ?? 'unknown', fingerprint }) }
    }
    return { row, p: Number(p), q: Number(q), fingerprint }
  }

  function refresh(jar: Jar, { retry, settled }: Record<string, string>): Answer {
    const shown = presented(jar)
    if (shown.refused) return shown.refused
    const { row, p, q, fingerprint } = shown
    const answer = (rotated: boolean): Answer => ({
      status: 200,
      body: {
        expiresIn: server.accessSeconds,
        rotated,
        fingerprint: rotated ? fingerprintOf(tokenOf(row)) : fingerprint,
      },
      set: rotated ? cookies(row) : access(row),
    })
    const stale = problem(409, 'stale_token', { fingerprint })
    const revoke = () => {
      row.ended = 'reuse'
      return problem(401, 'session_ended', { reason: 'reuse', fingerprint })
    }
    const sibling = () => {
      row.i += 1
      row.issuedAt = now()
      row.w = null
      return answer(true)
    }
    if (p === row.g) {
      row.w ??= q
      if (q !== row.w) return revoke()
      if (settled === fingerprint) row.durable = true
      if (now() - row.issuedAt < 60_000 || !row.durable) return answer(false)
      Object.assign(row, { pw: row.w, g: row.g + 1, i: 0, w: null, durable: false, rotatedAt: now(), issuedAt: now() })
      return answer(true)
    }
    if (p === row.g - 1 && q !== row.pw) return revoke()
    if (p === row.g - 1 && row.w === null) {
      return now() - row.rotatedAt <= 20_000 || now() - row.issuedAt <= 2000 ? answer(true) : sibling()
    }
    if (retry !== fingerprint) return stale
    return p === row.g - 1 && !row.durable ? sibling() : revoke()
  }

  function ack(jar: Jar, { settled }: Record<string, string>): Answer {
    const shown = presented(jar)
    if (shown.refused) return shown.refused
    const { row, p, q, fingerprint } = shown
    if (p !== row.g || q !== (row.w ?? row.i)) return problem(409, 'stale_token', { fingerprint })
    row.w = q
    if (settled === fingerprint) row.durable = true
    return { status: 204 }
  }

  function handle(method: string, path: string, body: Record<string, string>, jar: Jar, csrf: string | null): Answer {
    const holder = server.rowOf(jar)
    const guarded = method !== 'GET' && holder && !path.endsWith('/login')
    if (guarded && csrf !== `csrf-${holder.id}`) return problem(403, 'csrf_failed')
    switch (path) {
      case '/api/auth/login':
        return body.password === 'wrong' ? problem(401, 'invalid_credentials') : begin(`${body.email}`, jar, 'replaced')
      case '/api/auth/refresh':
        return refresh(jar, body)
      case '/api/auth/ack':
        return ack(jar, body)
      case '/api/auth/csrf':
        return { status: 200, body: { csrfToken: `csrf-${holder?.id}` }, set: { vigile_csrf: `csrf-${holder?.id}` } }
      case '/api/auth/logout': {
        const token = jar.get('vigile_refresh')
        if (body.only !== undefined && body.only !== (token ? fingerprintOf(token) : '')) return { status: 204 }
        if (holder) holder.ended ??= 'signed_out'
        return { status: 204, set: cleared }
      }
    }
    const row = signedIn(jar)
    if (!row) return problem(401, 'unauthenticated')
    switch (path) {
      case '/api/auth/me':
        return { status: 200, body: { user: { email: row.user }, session: { id: row.id }, permissions: [] } }
      case '/api/auth/sessions':
        return { status: 200, body: { sessions: [{ id: row.id, current: true }] } }
      case '/api/auth/password/change':
        if (body.currentPassword === 'wrong') return problem(401, 'invalid_credentials')
        return begin(row.user, jar, 'password_changed')
      case '/api/auth/logout-all':
        server.end('signed_out_everywhere')
        return { status: 204, set: cleared }
      default:
        return { status: 200, body: { by: row.user, echo: body } }
    }
  }

  return server
}
