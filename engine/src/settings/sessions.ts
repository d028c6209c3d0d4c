// How long sessions live, and how many there may be.
import type { Faults } from '../configuration-error.ts'
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
  if (policy.accessSeconds > policy.idleSeconds)
    faults.add('sessions.accessLife', 'it is longer than the idle life', 'the defaults are 15m and 7d')
  if (policy.idleSeconds > policy.absoluteSeconds)
    faults.add('sessions.idleLife', 'it is longer than the absolute life', 'the defaults are 7d and 30d')
  if (policy.idleSeconds * 1000 <= 2 * protocol.rotationMs)
    faults.add(
      'sessions.idleLife',
      'a session would end before it can be renewed',
      `use more than ${(2 * protocol.rotationMs) / 1000}s`,
    )
  if (policy.absoluteSeconds > 400 * 86_400)
    faults.add('sessions.absoluteLife', 'browsers keep no cookie for over 400 days', 'use 400d at most')
  return policy
}

const perUserOf = (given: number | 'unlimited' | undefined, faults: Faults): number => {
  if (given === 'unlimited') return Number.POSITIVE_INFINITY
  const perUser = given ?? 10
  if (!Number.isSafeInteger(perUser) || perUser < 1 || perUser > 1000) {
    faults.add('sessions.perUser', 'it is not a whole number from 1 to 1000', "write a number, or 'unlimited'")
  }
  return perUser
}

export const secondsOf = (setting: string, text: string, minimum: number, faults: Faults): number => {
  const seconds = parseDuration(text)
  if (seconds === null) faults.add(setting, `"${text}" is not a length of time`, 'write 15m, 24h or 7d')
  else if (seconds < minimum) faults.add(setting, `${text} is too short`, `use ${minimum}s at least`)
  return seconds ?? minimum
}
