// What must hold of every life of a session, however its holders behave (PROTOCOL.md, "Invariants").
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultProtocol } from './policy.ts'
import { decide, decideAck, type SessionState } from './rotation.ts'
import { samplePolicy, sampleState, now as start } from './session-samples.suite.ts'

type Token = { readonly generation: number; readonly issue: number }

const { flushedMs: D, rotationMs: R, siblings: N } = defaultProtocol
const day = 86_400_000
const runs = 400

const born = (): SessionState =>
  sampleState({
    generation: 0,
    issue: 0,
    winner: null,
    previousWinner: null,
    durable: false,
    rotatedAt: start,
    issuedAt: start,
    idleExpiresAt: start + 7 * day,
    // Near enough that lives come to it.
    expiresAt: start + 9 * day,
  })

/** A session in its database, with every token that was ever handed out. */
const createServer = () => {
  let session = born()
  let now = start
  const tokens: Token[] = [{ generation: 0, issue: 0 }]
  return {
    wait: (ms: number) => {
      now += ms
    },
    session: () => session,
    now: () => now,
    tokens,
    revoke: () => {
      if (session.revokedAt === null) session = { ...session, revokedAt: now, revokedReason: 'signed_out' }
    },
    /** The database comes back as it was then. */
    restore: (then: SessionState) => {
      session = then
    },
    refresh: (token: Token, said: { retry?: boolean; settled?: boolean } = {}) => {
      const presented = { ...token, keyId: 'newest', retry: false, settled: false, ...said }
      const decision = decide(session, presented, now, samplePolicy)
      if (decision.action === 'revoke') session = { ...session, revokedAt: now, revokedReason: 'reuse' }
      if (decision.action === 'access' || decision.action === 'issue') session = { ...session, ...decision.change }
      if (decision.action === 'issue') tokens.push({ generation: decision.generation, issue: decision.issue })
      return decision
    },
    ack: (token: Token, settled: boolean) => {
      const decision = decideAck(session, { ...token, keyId: 'newest', retry: false, settled }, now)
      if (decision.action === 'noted') session = { ...session, ...decision.change }
      return decision
    },
  }
}

const gaps = fc.oneof(
  fc.constantFrom(0, 30, 1_000, 2_000, 2_001, 5_000, 20_000, 20_001, D, R, 450_000, 3_600_000),
  fc.integer({ min: 0, max: day }),
)

/** Anything that anybody may send; `which` picks among the tokens that were ever handed out, or one that never was. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('refresh', 'ack'),
      which: fc.nat(60),
      retry: fc.boolean(),
      settled: fc.boolean(),
      gap: gaps,
    }),
    fc.record({
      kind: fc.constantFrom('revoke', 'lose'),
      which: fc.nat(60),
      retry: fc.constant(false),
      settled: fc.constant(false),
      gap: gaps,
    }),
  ),
  { maxLength: 60 },
)

type Step = { kind: string; which: number; retry: boolean; settled: boolean; gap: number }

type Seen = {
  readonly before: SessionState
  readonly after: SessionState
  readonly token: Token
  readonly now: number
  readonly decision: ReturnType<typeof decide> | ReturnType<typeof decideAck>
}

/** Plays the steps, and shows each request with the session before and after it. */
const play = (all: readonly Step[], look: (seen: Seen) => void) => {
  const server = createServer()
  const history: SessionState[] = []
  for (const { kind, which, retry, settled, gap } of all) {
    server.wait(gap)
    const before = server.session()
    history.push(before)
    if (kind === 'revoke') server.revoke()
    else if (kind === 'lose') {
      // Up to three commits are lost, but never a revocation: it is committed synchronously.
      const then = history.at(-1 - (which % 4))
      if (then && before.revokedAt === null) server.restore(then)
    } else {
      const token = server.tokens.at(-1 - (which % server.tokens.length)) as Token
      const decision = kind === 'ack' ? server.ack(token, settled) : server.refresh(token, { retry, settled })
      look({ before, after: server.session(), token, now: server.now(), decision })
    }
  }
}

/** What is looked at after each request of many lives. */
const always = (look: (seen: Seen) => void) => () =>
  fc.assert(
    fc.property(steps, (all) => play(all, look)),
    { numRuns: runs },
  )

test(
  'I1 revocation is terminal: after it nothing changes and nothing is handed out',
  always(({ before, after, decision }) => {
    if (before.revokedAt === null) return
    expect(decision).toEqual({ action: 'ended', reason: before.revokedReason })
    expect(after).toEqual(before)
  }),
)

test(
  'S-34 nothing is handed out after an end, and nothing changes',
  always(({ before, after, now, decision }) => {
    if (now < before.idleExpiresAt && now < before.expiresAt) return
    expect(decision.action).toBe('ended')
    expect(after).toEqual(before)
  }),
)

test(
  'I2 a refresh cookie is only set where its token differs from the one presented',
  always(({ token, decision }) => {
    if (decision.action !== 'issue') return
    expect([decision.generation, decision.issue]).not.toEqual([token.generation, token.issue])
  }),
)

test(
  'I7 a 409 changes nothing',
  always(({ before, after, decision }) => {
    if (decision.action === 'stale') expect(after).toEqual(before)
  }),
)

test(
  'I9 S-68 no replay, sibling or ack lengthens a life; a rotation never past the absolute end',
  always(({ before, after, decision }) => {
    expect(after.expiresAt).toBe(before.expiresAt)
    expect(after.idleExpiresAt).toBeLessThanOrEqual(after.expiresAt)
    const begins = after.rotatedAt !== before.rotatedAt
    if (!begins) expect(after.idleExpiresAt).toBe(before.idleExpiresAt)
    if (begins) expect([1, 2, 3]).toContain('row' in decision ? decision.row : 'ack')
  }),
)

test(
  'a generation only grows, and within one the issue',
  always(({ before, after }) => {
    expect(after.generation).toBeGreaterThanOrEqual(before.generation)
    if (after.generation === before.generation) expect(after.issue).toBeGreaterThanOrEqual(before.issue)
    if (after.winner !== null) expect(after.winner).toBeLessThanOrEqual(after.issue)
    expect(after.issue).toBeLessThanOrEqual(N)
  }),
)

test(
  'what is handed out is the newest token there is',
  always(({ after, decision }) => {
    if (decision.action !== 'issue') return
    expect([decision.generation, decision.issue]).toEqual([after.generation, after.issue])
  }),
)

describe('honest holders', () => {
  /** A browser that asks with what its jar holds, and asks again with a right retry after a 409. */
  const createBrowser = (server: ReturnType<typeof createServer>) => {
    let jar: Token = { generation: 0, issue: 0 }
    const take = (decision: ReturnType<typeof decide>, lands: boolean) => {
      if (decision.action === 'issue' && lands) jar = decision
    }
    return {
      refresh: ({ lands = true, settled = false } = {}) => {
        let decision = server.refresh(jar, { settled })
        take(decision, lands)
        if (decision.action === 'stale') {
          decision = server.refresh(jar, { retry: true, settled })
          take(decision, lands)
        }
        return decision
      },
      ack: (settled: boolean) => server.ack(jar, settled),
      holds: () => jar,
    }
  }

  test('I5 up to N lost answers in a row, however far apart within the idle life, never end the session', () => {
    const rounds = fc.array(
      fc.record({
        lost: fc.array(fc.oneof(gaps, fc.integer({ min: 0, max: day / 4 })), { maxLength: N }),
        gap: gaps,
        acks: fc.constantFrom('none', 'ack', 'settled'),
      }),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(rounds, (all) => {
        const server = createServer()
        const browser = createBrowser(server)
        for (const { lost, gap, acks } of all) {
          // Silence within the idle life: whatever is longer is another matter.
          const room = () =>
            Math.max(0, Math.min(server.session().idleExpiresAt, server.session().expiresAt) - server.now() - 1)
          for (const wait of lost) {
            server.wait(Math.min(wait, Math.floor(room() / 2)))
            expect(['access', 'issue']).toContain(browser.refresh({ lands: false }).action)
          }
          server.wait(Math.min(gap, Math.floor(room() / 2)))
          expect(['access', 'issue']).toContain(browser.refresh().action)
          if (acks !== 'none') expect(browser.ack(acks === 'settled').action).toBe('noted')
        }
      }),
      { numRuns: runs },
    )
  })

  test('I5 the answer after the last of N lost ones lands; one more lost and the next ends it', () => {
    for (const lost of [N, N + 1]) {
      const server = createServer()
      const browser = createBrowser(server)
      browser.refresh()
      browser.ack(true)
      for (let count = 0; count < lost; count += 1) {
        server.wait(R)
        expect(browser.refresh({ lands: false }).action).toBe('issue')
      }
      server.wait(R)
      expect(browser.refresh().action).toBe(lost === N ? 'issue' : 'revoke')
    }
  })

  test('PROTOCOL 8 I5 lost answers, lost acks and failovers in any order never end the session', () => {
    const visits = fc.array(
      fc.record({
        gap: gaps,
        kind: fc.oneof(
          { weight: 6, arbitrary: fc.constant('refresh') },
          { weight: 3, arbitrary: fc.constant('ack') },
          { weight: 2, arbitrary: fc.constant('failover') },
        ),
        isLost: fc.boolean(),
        commits: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 40, size: 'max' },
    )
    fc.assert(
      fc.property(visits, (all) => {
        const server = createServer()
        const browser = createBrowser(server)
        let commits: SessionState[] = []
        let landedAt = server.now()
        let lost = 0
        for (const { gap, kind, isLost, commits: count } of all) {
          const room = Math.min(server.session().idleExpiresAt, server.session().expiresAt) - server.now() - 1
          server.wait(Math.min(gap, Math.floor(room / 2)))
          const before = server.session()
          // The client's own clock: it has been awake since the token landed.
          const settled = server.now() - landedAt >= D
          if (kind === 'failover') {
            server.restore(commits.at(-count) ?? commits[0] ?? before)
            commits = []
            continue
          }
          // What a failover forgets of the idle life is another matter.
          if (before.idleExpiresAt <= server.now()) return
          if (kind === 'ack') browser.ack(settled)
          else {
            lost = isLost ? lost + 1 : 0
            const held = browser.holds()
            const { action } = browser.refresh({ lands: !isLost || lost > N / 2, settled })
            expect(['access', 'issue']).toContain(action)
            if (browser.holds() !== held) landedAt = server.now()
          }
          if (server.session() !== before) commits.push(before)
        }
      }),
      { numRuns: 2 * runs },
    )
  })

  test('I6 a thief with a copy is out after the second refresh that follows a rotation the owner acknowledged', () => {
    const thefts = fc.record({
      thief: fc.array(
        fc.record({
          gap: gaps,
          which: fc.nat(10),
          retry: fc.boolean(),
          settled: fc.boolean(),
          kind: fc.constantFrom('refresh', 'refresh', 'ack'),
        }),
        { maxLength: 30 },
      ),
      ownerAt: fc.tuple(fc.integer({ min: R, max: 800_000 }), fc.integer({ min: R, max: 800_000 })),
    })
    fc.assert(
      fc.property(thefts, ({ thief, ownerAt }) => {
        const server = createServer()
        const owner = createBrowser(server)
        owner.refresh()
        owner.ack(true)
        const loot: Token[] = [owner.holds()]
        server.wait(R)
        // The rotation after the theft, acknowledged at once.
        owner.refresh()
        owner.ack(false)

        let due = server.now() + ownerAt[0]
        let ownerRefreshes = 0
        let granted = 0
        const steal = ({ which, retry, settled, kind }: (typeof thief)[number]) => {
          const token = loot[which % loot.length] as Token
          if (kind === 'ack') return server.ack(token, settled)
          const decision = server.refresh(token, { retry, settled })
          if (decision.action === 'issue') loot.push(decision)
          if (decision.action === 'access' || decision.action === 'issue') granted += 1
          return decision
        }
        const ownerRefresh = () => {
          ownerRefreshes += 1
          // Awake for D since its token landed: it says so, and acknowledges what comes.
          owner.refresh({ settled: true })
          owner.ack(false)
          due = server.now() + ownerAt[1]
        }
        for (const step of thief) {
          server.wait(step.gap)
          while (ownerRefreshes < 2 && server.now() >= due) ownerRefresh()
          steal(step)
        }
        while (ownerRefreshes < 2) {
          server.wait(Math.max(0, due - server.now()))
          ownerRefresh()
        }
        granted = 0
        for (const step of thief) {
          server.wait(step.gap)
          steal(step)
        }
        if (server.session().revokedAt === null) expect(granted).toBe(0)
      }),
      { numRuns: 2000 },
    )
  })
})
