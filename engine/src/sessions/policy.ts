// How long sessions and their tokens live, and the protocol's constants. Validated once, at start.
import type { ConfigurationFault } from '../configuration-error.ts'

export type SessionPolicy = {
  readonly accessSeconds: number
  readonly idleSeconds: number
  readonly absoluteSeconds: number
  readonly recentSeconds: number
  /** Live sessions per user; Infinity: no limit. */
  readonly perUser: number
  readonly protocol: ProtocolConstants
}

/** PROTOCOL.md, "Constants": milliseconds, but for `siblings`. */
export type ProtocolConstants = {
  /** T: the client gives up on a refresh. */
  readonly giveUpMs: number
  /** G: replay after a rotation. */
  readonly replayMs: number
  /** W: a burst gets one sibling. */
  readonly burstMs: number
  /** D: after so long the browser has flushed its cookies to disk. */
  readonly flushedMs: number
  /** R: no rotation sooner. */
  readonly rotationMs: number
  /** N: siblings of one generation. */
  readonly siblings: number
}

export const defaultProtocol: ProtocolConstants = {
  giveUpMs: 15_000,
  replayMs: 20_000,
  burstMs: 2_000,
  flushedMs: 45_000,
  rotationMs: 60_000,
  siblings: 20,
}

/** I4: T < G < D < R, W < G, and D > 30 s (Chromium writes cookies up to 30 s late). */
export const checkProtocol = (protocol: ProtocolConstants): readonly ConfigurationFault[] => {
  const { giveUpMs, replayMs, burstMs, flushedMs, rotationMs, siblings } = protocol
  const setting = 'sessions.protocol'
  const faults: ConfigurationFault[] = []
  if (!Object.values(protocol).every((value) => Number.isSafeInteger(value) && value > 0)) {
    faults.push({ setting, wrong: 'every constant must be a positive whole number', right: 'leave the defaults' })
  }
  if (!(giveUpMs < replayMs && replayMs < flushedMs && flushedMs < rotationMs)) {
    faults.push({
      setting,
      wrong: 'the order giveUp < replay < flushed < rotation does not hold',
      right: 'the defaults are 15, 20, 45, 60 seconds',
    })
  }
  if (!(burstMs < replayMs)) {
    faults.push({ setting, wrong: 'burst must be shorter than replay', right: 'the default is 2 seconds' })
  }
  if (!(flushedMs > 30_000)) {
    faults.push({
      setting,
      wrong: 'flushed must be over 30 seconds: browsers write cookies to disk up to 30 s late',
      right: 'the default is 45 seconds',
    })
  }
  if (siblings > 1000) {
    faults.push({ setting, wrong: 'siblings must be at most 1000', right: 'the default is 20' })
  }
  return faults
}

/** After so long a token refreshed again is durable without a word from the client: an hour, or a quarter of a short idle life. */
export const impliedDurableMs = (policy: SessionPolicy): number => Math.min(3_600_000, (policy.idleSeconds * 1000) / 4)
