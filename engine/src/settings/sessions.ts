// How long sessions live, and how many there may be.
import type { Faults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import { parseDuration } from '../primitives/duration.ts'
import { checkProtocol, defaultProtocol, type SessionPolicy } from '../sessions/policy.ts'

export const sessionsOf = (options: NonNullable<VigileOptions['sessions']>, faults: Faults): SessionPolicy => {
  const { protocol: given = {} } = options
  const milliseconds = (seconds: number | undefined, fallback: number) =>
    seconds === undefined ? fallback : seconds * 1000
  const protocol = {
    giveUpMs: milliseconds(given.giveUp, defaultProtocol.giveUpMs),
    replayMs: milliseconds(given.replay, defaultProtocol.replayMs),
    burstMs: milliseconds(given.burst, defaultProtocol.burstMs),
    flushedMs: milliseconds(given.flushed, defaultProtocol.flushedMs),
    rotationMs: milliseconds(given.rotation, defaultProtocol.rotationMs),
    siblings: given.siblings ?? defaultProtocol.siblings,
  }
  faults.addAll(checkProtocol(protocol))
  const policy = {
    accessSeconds: secondsOf('sessions.accessLife', options.accessLife ?? '15m', 30, faults),
    idleSeconds: secondsOf('sessions.idleLife', options.idleLife ?? '7d', 60, faults),
    absoluteSeconds: secondsOf('sessions.absoluteLife', options.absoluteLife ?? '30d', 60, faults),
    recentSeconds: secondsOf('sessions.recentLife', options.recentLife ?? '10m', 30, faults),
    perUser: perUserOf(options.perUser, faults),
    protocol,
  }
  if (policy.accessSeconds > policy.idleSeconds) faults.add('sessions.accessLife', 'over_idle_life')
  if (policy.idleSeconds > policy.absoluteSeconds) faults.add('sessions.idleLife', 'over_absolute_life')
  if (policy.idleSeconds * 1000 <= 2 * protocol.rotationMs)
    faults.add('sessions.idleLife', 'ends_before_renewal', { least: `${(2 * protocol.rotationMs) / 1000}s` })
  if (policy.absoluteSeconds > 400 * 86_400) faults.add('sessions.absoluteLife', 'over_cookie_life')
  return policy
}

const perUserOf = (given: number | 'unlimited' | undefined, faults: Faults): number => {
  if (given === 'unlimited') return Number.POSITIVE_INFINITY
  const perUser = given ?? 10
  if (!Number.isSafeInteger(perUser) || perUser < 1 || perUser > 1000) {
    faults.add('sessions.perUser', 'no_session_count')
  }
  return perUser
}

export const secondsOf = (setting: string, text: string, minimum: number, faults: Faults): number => {
  const seconds = parseDuration(text)
  if (seconds === null) faults.add(setting, 'not_length_of_time', { given: text })
  else if (seconds < minimum) faults.add(setting, 'too_short', { given: text, least: `${minimum}s` })
  return seconds ?? minimum
}
