// How long sessions and their tokens live, and the protocol's constants. Validated once, at start.
import type { ConfigurationFault } from '../configuration-error.ts'
import { fault } from '../messages/fault.ts'

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
    faults.push(fault(setting, 'not_positive'))
  }
  if (!(giveUpMs < replayMs && replayMs < flushedMs && flushedMs < rotationMs)) {
    faults.push(fault(setting, 'protocol_order'))
  }
  if (!(burstMs < replayMs)) {
    faults.push(fault(setting, 'long_burst'))
  }
  if (!(flushedMs > 30_000)) {
    faults.push(fault(setting, 'short_flush'))
  }
  if (siblings > 1000) {
    faults.push(fault(setting, 'many_siblings'))
  }
  return faults
}

/** After so long a token refreshed again is durable without a word from the client: an hour, or a quarter of a short idle life. */
export const impliedDurableMs = (policy: SessionPolicy): number => Math.min(3_600_000, (policy.idleSeconds * 1000) / 4)
