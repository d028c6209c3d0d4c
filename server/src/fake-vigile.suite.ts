// A hand-made engine for tests of what lies around it: states and waits that the real one reaches only by accident.
import {
  type AlertRow,
  type AuditReport,
  type Block,
  ConfigurationError,
  type ConfigurationFault,
  type ManagedUser,
  type PageState,
  type Vigile,
  type VigileOptions,
} from '@vigile/engine'

export const fakeUser = (email: string, more: Partial<ManagedUser> = {}): ManagedUser => ({
  id: email
    .replace(/[^a-z]/g, '')
    .padEnd(22, '0')
    .slice(0, 22),
  email,
  emailVerified: true,
  name: null,
  image: null,
  locale: null,
  createdAt: 0,
  isActive: true,
  ...more,
})

/** What `verify` says of a log in which nothing was touched. */
export const wholeLog: AuditReport = {
  ok: true,
  entries: 12,
  from: 1,
  to: 12,
  checkpoints: 1,
  faults: [],
  faultCount: 0,
  foundedAt: 0,
  acceptedUpTo: 0,
  underOldKeys: 0,
  removedUpTo: 0,
  restores: [],
  anchored: null,
  seconds: 0.1,
}

export type FakeVigile = Vigile & {
  readonly calls: string[]
  readonly made: { email: string; password?: string }[]
  /** What the next pages are told. */
  state: PageState
}

export type FakeParts = {
  readonly alerts?: readonly AlertRow[]
  readonly blocks?: readonly Block[]
  readonly users?: readonly ManagedUser[]
  readonly answer?: (request: Request) => Promise<Response>
  readonly ready?: () => Promise<void>
  readonly overrides?: Partial<Vigile>
}

export const createFakeVigile = ({
  users = [],
  alerts = [],
  blocks = [],
  answer,
  ready,
  overrides = {},
}: FakeParts = {}): FakeVigile => {
  const calls: string[] = []
  const known = new Map(users.map((user) => [user.email, user]))
  const made: { email: string; password?: string }[] = []
  const find = async (who: string) => known.get(who) ?? [...known.values()].find(({ id }) => id === who) ?? null
  const done = async () => ({ ok: true as const, value: undefined })
  const fake: FakeVigile = {
    calls,
    made,
    state: { state: 'signed_out', location: '/sign-in' },
    handles: (path) => path.startsWith('/api/auth/') || path.startsWith('/health/') || path === '/openapi.json',
    fetch: answer ?? (async (request) => Response.json({ path: new URL(request.url).pathname }, { status: 404 })),
    shortWay: () => null,
    pageState: async () => fake.state,
    requirePermission: async () => ({ ok: false, response: new Response(null, { status: 403 }) }),
    requireSession: async () => ({ ok: false, response: new Response(null, { status: 401 }) }),
    hasPermission: async () => false,
    routes: () => [{ method: 'POST', path: '/api/auth/login', guard: 'origin', limit: 'signInIp' }],
    users: {
      create: async (input) => {
        if (known.has(input.email)) return { ok: false, error: 'email_taken' }
        if (input.password === 'short') {
          return { ok: false, error: 'weak_password', faults: [{ code: 'too_short', minimum: 8 }] }
        }
        made.push(
          input.password === undefined ? { email: input.email } : { email: input.email, password: input.password },
        )
        const user = fakeUser(input.email)
        known.set(input.email, user)
        return { ok: true, value: user }
      },
      find,
      list: async () => ({ users: [...known.values()], next: null }),
      disable: async () => ({ ok: true, value: { endedSessions: 2 } }),
      enable: done,
      verifyEmail: done,
      sendPasswordReset: done,
      removeFactors: async (id) => {
        calls.push(`removeFactors ${id}`)
        return { ok: true, value: { endedSessions: 1 } }
      },
      delete: async (id) => {
        calls.push(`delete ${id}`)
        return { ok: true, value: undefined }
      },
    },
    roles: {
      list: async () => [{ id: 'r', name: 'admin', description: null, permissions: ['*'], createdAt: 0, updatedAt: 0 }],
      of: async () => [],
      create: async () => ({ ok: false, error: 'name_taken' }),
      change: async () => ({ ok: false, error: 'not_found' }),
      delete: async () => ({ ok: false, error: 'not_found' }),
      grant: async (id, role) => {
        if (role !== 'admin') return { ok: false, error: 'not_found' }
        calls.push(`grant ${id} ${role}`)
        return { ok: true, value: { changed: true, roles: [role] } }
      },
      revoke: async (_id, role, _by, { leaveNoAdministrator = false } = {}) => {
        if (!leaveNoAdministrator) return { ok: false, error: 'last_administrator' }
        return { ok: true, value: { changed: role === 'admin', roles: [] } }
      },
      offerClaim: async () => null,
      seed: async () => ({ ok: true, value: { created: ['user'], changed: ['editor'], unchanged: ['admin'] } }),
    },
    sessions: {
      list: async () => [],
      end: async () => ({ ok: false, error: 'not_found' }),
      endAll: async () => ({ endedSessions: 3 }),
      endEveryones: async () => {
        calls.push('endEveryones')
        return { endedSessions: 7 }
      },
    },
    providers: () => [],
    connections: { read: async () => ({ ok: false, error: 'not_linked' }) },
    limits: {
      check: async () => ({
        ...{ allowed: true, remaining: 1, resetMs: 0, headers: {} },
        refusal: () => new Response(null, { status: 429 }),
      }),
      list: async ({ who } = {}) => ({
        blocks: blocks.filter(({ whose }) => who === undefined || whose === who),
        more: false,
        limits: 'all_nodes',
      }),
      lift: async (id) => {
        const value = blocks.find((one) => one.id === id)
        if (!value) return { ok: false, error: 'not_found' }
        calls.push(`lift ${id}`)
        return { ok: true, value }
      },
    },
    alerts: {
      list: async ({ open = false, rule } = {}) => ({
        alerts: alerts.filter(
          (one) => (!open || one.acknowledgedAt === null) && (rule === undefined || one.rule === rule),
        ),
        next: null,
      }),
      acknowledge: async (id) => {
        const value = alerts.find((one) => one.id === id)
        if (!value) return { ok: false, error: 'not_found' }
        calls.push(`acknowledge ${id}`)
        return { ok: true, value }
      },
      open: async () => [],
    },
    keys: {
      rotate: async () => ({ id: 'next-key', signsFrom: 0 }),
      list: async () => [{ id: 'key', algorithm: 'EdDSA', createdAt: 0, signsFrom: 0, state: 'signing' }],
      nodes: async () => [],
      lostWith: async () => [],
    },
    audit: {
      record: async () => {},
      search: async () => ({ entries: [], next: null }),
      export: async function* (input) {
        yield JSON.stringify(input)
      },
      accept: async () => ({ ok: true, value: { acceptedUpTo: 13, faultCount: 2 } }),
      verify: async () => wholeLog,
    },
    webhooks: { state: async () => null, test: async () => ({ ok: false, error: 'not_configured' }) },
    backups: { restored: async () => {} },
    jobs: { schedule: ({ job }) => void calls.push(`schedule ${job}`), note: async () => {}, last: async () => null },
    cleanUp: async () => ({
      accounts: 0,
      entries: 0,
      sessions: 1,
      devices: 0,
      letters: 0,
      links: 0,
      pendingSignIns: 0,
      alerts: 0,
      periods: 0,
      seconds: 0.1,
    }),
    migrate: async () => ['0001-first'],
    migrationState: async () => ({ pending: ['0001-first'], applied: [] }),
    databaseServer: async () => null,
    inspect: async () => ({
      lostKeyIds: [],
      confirming: { sessions: 0, unconfirmed: 0 },
      letters: { sent: 0, refused: 0 },
      mailAway: null,
      cleanUp: { doneAt: null, dueSince: null },
    }),
    readiness: async () => ({ status: 'ok', parts: {} }),
    status: async () => ({ at: 0, state: 'up', hasHistory: true, parts: [] }),
    renew: () => {},
    gauges: async () => [],
    ready: ready ?? (async () => {}),
    mailbox: () => null,
    startJobs: () => void calls.push('startJobs'),
    drain: () => void calls.push('drain'),
    close: async () => void calls.push('close'),
    ...overrides,
  }
  return fake
}

/** Refuses what the real one would name first, so that faults of both sides meet. */
export const checkedFake =
  (fake: FakeVigile) =>
  (options: VigileOptions): Vigile => {
    const faults: ConfigurationFault[] = []
    const texts = { wrong: '', right: '' }
    if (!URL.canParse(options.publicUrl)) {
      faults.push({ setting: 'publicUrl', code: 'not_web_address', values: { given: options.publicUrl }, ...texts })
    }
    if (Array.isArray(options.secrets) && options.secrets.some((secret: string) => secret.length < 64)) {
      faults.push({ setting: 'secrets', code: 'not_base64', values: {}, ...texts })
    }
    if (faults.length > 0) throw new ConfigurationError(faults)
    return fake
  }
