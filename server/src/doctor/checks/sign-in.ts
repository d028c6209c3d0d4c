// COOK-1 to COOK-7 and H-8 with a session: the cookies of a sign-in, and what is left of it after sign-out.
import { type Check, fail, pass, warn } from '../finding.ts'
import { has, isCleared, isCsrf, isHint, isSession, nameOf, placeOf } from '../set-cookie.ts'
import { cookieFaults } from './cookies.ts'
import { seenOf } from './seen.ts'

export const checkSignIn: Check = (facts, { signIn: say, cookies }) => {
  const visit = seenOf(facts)?.visit
  if (!visit) return []
  const { email, status, waits, set, known, left, after } = visit
  if (status !== 200) return [fail(say.refused(email, status), say.account)]
  if (waits) return [warn(say.waits(email), say.anotherAccount)]
  const cleared = new Set((left?.cleared ?? []).filter(isCleared).map(placeOf))
  const faults = [
    ...set.flatMap((line) => cookieFaults(line, cookies)),
    ...set
      .filter((line) => !isCsrf(line) && !isHint(line) && !has(line, /^httponly$/i))
      .map((line) => cookies.without(nameOf(line), 'HttpOnly')),
    ...set.filter((line) => isSession(line) && !cleared.has(placeOf(line))).map((line) => say.notCleared(nameOf(line))),
    ...(set.some(isSession) ? [] : [cookies.none]),
  ]
  const found = [
    ...faults.map((text) => fail(text, cookies.todo)),
    ...(visit.isStored ? [fail(say.stored, say.noStore)] : []),
    ...(known === 200 ? [] : [fail(say.unknown(known), cookies.lost)]),
    ...(left?.status === 204 ? [] : [fail(say.notLeft(left?.status ?? null), say.lookAtLog)]),
    ...(after === 401 ? [] : [fail(say.stillIn(after), say.lookAtLog)]),
  ]
  return found.length > 0 ? found : [pass(say.good(set.length))]
}
