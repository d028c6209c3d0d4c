// Tokens, codes of second factors and limits all go by the clock: of the server, and of the database that dates everything.
import type { Facts } from '../facts.ts'
import { type Check, fail, pass, type Verdict, warn } from '../finding.ts'
import { seenOf } from './seen.ts'

const maxSeconds = 30
const warnSeconds = 5

export const checkClock: Check = (facts, { clock: say }) => {
  const server = ofServer(facts)
  const database = ofDatabase(facts)
  const found = [
    ...(server === 'unknown' ? [warn(say.unknown, say.sendDate)] : off(server, say.off, say.todo)),
    ...off(database, say.databaseOff, say.todo),
  ]
  if (found.length > 0) return found
  return server === null && database === null ? [] : [pass(database === null ? say.good : say.allGood)]
}

const off = (
  seconds: number | null,
  text: (seconds: number, isAhead: boolean) => string,
  todo: string,
): readonly Verdict[] => {
  const size = Math.round(Math.abs(seconds ?? 0))
  if (size < warnSeconds) return []
  return [(size >= maxSeconds ? fail : warn)(text(size, (seconds ?? 0) > 0), todo)]
}

/** Seconds; null: nothing answers. */
const ofServer = (facts: Facts): number | 'unknown' | null => {
  const seen = seenOf(facts)
  if (!seen) return null
  const { headers, sentAt, receivedAt } = seen.csrf
  const date = Date.parse(headers.date ?? '')
  if (Number.isNaN(date)) return 'unknown'
  // The header has no milliseconds; it was written at some time between the two.
  return date + 1000 < sentAt ? (date + 1000 - sentAt) / 1000 : date > receivedAt ? (date - receivedAt) / 1000 : 0
}

/** Seconds; null: there is none with a clock of its own. */
const ofDatabase = ({ inside }: Facts): number | null => {
  const engine = inside?.engine
  return typeof engine === 'object' && engine?.server ? engine.server.clockAheadMs / 1000 : null
}
