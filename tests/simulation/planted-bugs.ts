// Rules with one bug each, planted: what the gate is there to find.
import { decide, decideAck, type Presented, type SessionState } from '../../engine/src/sessions/rotation.ts'
import type { Rule } from './rules/rule.ts'
import { vigile } from './rules/vigile.ts'

const mutant = (name: string, parts: Partial<Pick<Rule, 'decide' | 'decideAck'>>): Rule => ({
  ...vigile,
  name,
  ...parts,
})

type Asked = Parameters<Rule['decide']>
type Said = ReturnType<Rule['decide']>

/** Changes what one row says. */
const after = (name: string, change: (said: Said, ...asked: Asked) => Said): Rule =>
  mutant(name, { decide: (...asked) => change(decide(...asked), ...asked) })

const sibling = ({ generation, issue, keyId }: SessionState, now: number): Said => ({
  action: 'issue',
  row: 6,
  generation,
  issue: issue + 1,
  keyId,
  change: { issue: issue + 1, issuedAt: now },
  alert: null,
})

/** Row 5 hands out a new sibling each time: a burst of prefetches forks an honest session. */
export const burstsFork = after('bursts fork', (said, session, _presented, now) =>
  said.action === 'issue' && said.row === 5 ? sibling(session, now) : said,
)

/** G is counted from the last answer, not from the rotation: asking keeps the window open. */
export const openWindow = mutant('open window', {
  decide(session, presented, now, policy) {
    const said = decide({ ...session, rotatedAt: session.issuedAt }, presented, now, policy)
    const replayed = said.action === 'issue' && said.row === 5
    return replayed ? { ...said, change: { issuedAt: now } } : said
  },
})

/** A token counts as being on the disk as soon as it is issued: a crash leaves the browser two generations behind. */
export const durableUnproven = mutant('durable without proof', {
  decide: (session, presented, now, policy) => decide({ ...session, durable: true }, presented, now, policy),
})

/** Lost commits read as theft. */
export const failoverIsTheft = after('failover is theft', (said) =>
  said.action === 'access' && said.row === 3 ? { action: 'revoke', row: 4 } : said,
)

/** A crashed browser's token reads as theft. */
export const crashIsTheft = after('crash is theft', (said) =>
  said.action === 'issue' && said.row === 7 ? { action: 'revoke', row: 8 } : said,
)

/** Nothing confirms: a follower gets the owner's token each time. */
export const acksIgnored = mutant('acks ignored', {
  decide: (session, presented, now, policy) => decide({ ...session, winner: null }, presented, now, policy),
  decideAck: () => ({ action: 'stale' }),
})

/** Each sibling starts the idle life anew: whoever keeps asking keeps the session for ever (I9). */
export const siblingsLengthen = after('siblings lengthen', (said, session, _presented, now, policy) =>
  said.action === 'issue' && said.row === 6 && said.change
    ? {
        ...said,
        change: { ...said.change, idleExpiresAt: Math.min(now + policy.idleSeconds * 1000, session.expiresAt) },
      }
    : said,
)

/** An ack settles at once, whatever it says. */
export const acksSettle = mutant('acks settle', {
  decideAck: (session, presented: Presented, now) => decideAck(session, { ...presented, settled: true }, now),
})
