// Tokens, codes of second factors and limits all go by the clock.
import { type Check, fail, pass, warn } from '../finding.ts'
import { seenOf } from './seen.ts'

const maxSeconds = 30
const warnSeconds = 5

export const checkClock: Check = (facts, { clock: say }) => {
  const seen = seenOf(facts)
  if (!seen) return []
  const { headers, sentAt, receivedAt } = seen.csrf
  const date = Date.parse(headers.date ?? '')
  if (Number.isNaN(date)) return [warn(say.unknown, say.sendDate)]
  // The header has no milliseconds; it was written at some time between the two.
  const seconds =
    date + 1000 < sentAt ? (date + 1000 - sentAt) / 1000 : date > receivedAt ? (date - receivedAt) / 1000 : 0
  const off = Math.round(Math.abs(seconds))
  if (off >= maxSeconds) return [fail(say.off(off, seconds > 0), say.todo)]
  if (off >= warnSeconds) return [warn(say.off(off, seconds > 0), say.todo)]
  return [pass(say.good)]
}
