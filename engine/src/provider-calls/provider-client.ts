// Everything that Vigile asks of a provider goes through one of these: bounded in time and size, repeated only where that is
// safe, and not at all while the provider is known to be down (RES-1, RES-2).
import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256 } from '../primitives/hash.ts'
import type { Log } from '../primitives/log.ts'
import { isSafeUrl } from '../primitives/safe-url.ts'
import { type Answered, attempt, type Outcome, type ProviderRequest } from './attempt.ts'
import { type BreakerState, createBreaker } from './breaker.ts'
import { type CallPolicy, nextStep, shortestAttemptMs } from './next-step.ts'
import type { Pauses } from './pauses.ts'

export type SendOptions = {
  /** False for what must not be done twice: a code exchange, the refresh of a token. */
  readonly repeatable: boolean
  /** Milliseconds in which the caller must have an answer, asked again before each step; default: 10 s in all. */
  readonly leftMs?: (() => number) | undefined
  /** Asked before each attempt; false: it is not to be done any more, which is `provider_refused`. Its rejection is that of `send`. */
  readonly isWanted?: (() => Promise<boolean>) | undefined
}

export type ProviderAnswer = {
  readonly ok: true
  /** Anything but 429 and 5xx; a redirect (3xx) is not followed. */
  readonly status: number
  readonly headers: Headers
  /** 1 MiB at most. */
  readonly body: Uint8Array<ArrayBuffer>
}

/** `provider_refused`: the address, or the size of what came back, is not acceptable; another try gives the same. */
export type ProviderFailure = {
  readonly ok: false
  readonly error: 'provider_unavailable' | 'provider_refused'
  readonly retryAfterSeconds: number | null
}

export type ClientState = {
  /** `paused`: it asked to be left alone for longer than anybody waits. For the others see `BreakerState`. */
  readonly state: BreakerState['state'] | 'paused'
  /** Since when, in epoch milliseconds. */
  readonly since: number
}

export type ProviderClient = {
  /** Never rejects by itself. */
  send(request: ProviderRequest, options: SendOptions): Promise<ProviderAnswer | ProviderFailure>
  read(): ClientState
  /** Ends waits and calls under way: they are `provider_unavailable`. */
  close(): void
}

export type ProviderCallPolicy = CallPolicy & { readonly failuresToOpen: number; readonly openMs: number }

/** Rejects when the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

export const waitInProcess: Wait = (ms, signal) => sleep(ms, undefined, { signal })

export type ProviderClientDeps = {
  /** Which one and what for, for the log. */
  readonly id: string
  readonly purpose: string
  /** Plain http, to a loopback host: only where the provider itself is one. */
  readonly allowsHttp: boolean
  /** Of this provider, whatever for. */
  readonly pauses: Pauses
  readonly policy: ProviderCallPolicy
  readonly fetch: typeof globalThis.fetch
  readonly wait: Wait
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly log: Log
}

const ownHeaders = { 'user-agent': 'Vigile', accept: 'application/json' }
const allowedMs = 10_000
/** Of the caller's time, so much is kept for what the caller does with the answer. */
const keptForCallerMs = 500

/**
 * @example
 * const discord = createProviderClient({ id: 'discord', purpose, allowsHttp: false, pauses, policy, fetch, wait: waitInProcess, now: clock.now, log })
 * const answer = await discord.send({ url: 'https://discord.com/api/users/@me', headers }, { repeatable: true })
 * if (answer.ok && answer.status === 200) use(new TextDecoder().decode(answer.body))
 */
export const createProviderClient = (deps: ProviderClientDeps): ProviderClient => {
  const { id, purpose, allowsHttp, pauses, policy, fetch, wait, now, log } = deps
  const closing = new AbortController()
  // As many as there are calls under way; each takes its own away.
  setMaxListeners(0, closing.signal)
  const breaker = createBreaker<Outcome>({
    ...policy,
    now,
    isFault: (outcome) => outcome.kind === 'unanswered' || (outcome.kind === 'answered' && outcome.status >= 500),
    onChange: ({ state }) => {
      const fields = { provider: id, for: purpose, state }
      if (state === 'open') log.error({ ...fields, alert: 'provider_down' }, 'a provider is down: it is left alone')
      else log.info(fields, 'a provider is asked again')
    },
  })
  /** Of those that everybody's calls take, without a person's token, the one that is paused the longest. */
  let sharedRoute = ''
  const isPaused = () => pauses.leftMs(sharedRoute) > policy.longestWaitMs
  const heed = (route: string, isShared: boolean, { status, retryAfterMs, isGlobal, usedUpForMs }: Answered) => {
    const ms = status === 429 ? retryAfterMs : usedUpForMs
    if (ms === null) return
    const wasPaused = isPaused()
    pauses.pause(isGlobal ? 'everything' : route, ms)
    if (isShared && pauses.leftMs(route) > pauses.leftMs(sharedRoute)) sharedRoute = route
    if (wasPaused || !isPaused()) return
    const fields = { provider: id, for: purpose, seconds: Math.ceil(ms / 1_000), alert: 'provider_limit' }
    log.error(fields, 'a provider asks to be left alone: it is, for a minute at most')
  }

  const send: ProviderClient['send'] = async (given, { repeatable, leftMs: left, isWanted }) => {
    const startedAt = now()
    const leftMs = () => (left ? left() : allowedMs - (now() - startedAt)) - keptForCallerMs
    const sent: Readonly<Record<string, string>> = { ...ownHeaders, ...lowerCased(given.headers) }
    const request = { ...given, headers: sent }
    const url = acceptable(request, allowsHttp)
    if (!url) {
      log.error({ provider: id, alert: 'provider_address' }, 'not asked of a provider: only https, and plain headers')
      return refused
    }
    const method = given.method ?? 'GET'
    const address = `${method} ${url.origin}${url.pathname}`
    const route = `${address} ${sha256(JSON.stringify(sent), 'hex')}`
    const { authorization = '' } = sent
    const isShared = !/^bearer /i.test(authorization)
    let retries = 0
    let waitedForLimit = false
    let waitMs = pauses.leftMs(route)
    for (let count = 1; ; count += 1) {
      if (waitMs > policy.longestWaitMs || waitMs + shortestAttemptMs(policy) > leftMs()) return unavailable(waitMs)
      const isClosed = waitMs > 0 && (await wait(waitMs, closing.signal).catch(() => true))
      if (isClosed || closing.signal.aborted) return unavailable(null)
      if (isWanted && !(await isWanted())) return refused
      const refusedForMs = breaker.refusesForMs()
      if (refusedForMs !== null) return unavailable(refusedForMs)

      const timeoutMs = Math.min(policy.timeoutMs, leftMs())
      const outcome = await breaker.run(address, () =>
        attempt(request, { fetch, now, timeoutMs, closing: closing.signal }),
      )
      // Neither query nor headers: codes and tokens are in them.
      const about = { provider: id, method, path: url.pathname, attempt: count }
      if (outcome.kind === 'too_large') {
        log.warn(about, 'the answer of a provider was too large')
        return refused
      }
      if (outcome.kind === 'answered') heed(route, isShared, outcome)
      const step = nextStep({ repeatable, retries, waitedForLimit, leftMs: leftMs() }, outcome, policy)
      if (outcome.kind === 'answered' && step.act === 'take') {
        const { status, headers, body } = outcome
        log.debug({ ...about, status }, 'a provider answered')
        return { ok: true, status, headers, body }
      }
      const said = outcome.kind === 'answered' ? { status: outcome.status } : { fault: outcome.fault }
      log.warn({ ...about, ...said }, 'a provider did not do what it was asked')
      if (step.act !== 'wait') return unavailable(step.act === 'give_up' ? step.retryAfterMs : null)
      if (step.because === 'limit') waitedForLimit = true
      else retries += 1
      waitMs = Math.max(step.ms, pauses.leftMs(route), breaker.refusesForMs() ?? 0)
    }
  }
  const read = (): ClientState => {
    const state = breaker.read()
    return state.state !== 'open' && isPaused() ? { state: 'paused', since: pauses.since(sharedRoute) } : state
  }
  return { send, read, close: () => closing.abort() }
}

const lowerCased = (headers: ProviderRequest['headers'] = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** Null where a token could be read on its way, or where a header could not be sent (its text would be in the fault). */
const acceptable = ({ url: text, headers = {} }: ProviderRequest, allowsHttp: boolean): URL | null => {
  if (!URL.canParse(text) || !Object.values(headers).every((value) => /^[\x20-\x7e]*$/.test(value))) return null
  const url = new URL(text)
  const isSafe = allowsHttp ? isSafeUrl(url) : url.protocol === 'https:'
  return isSafe && !url.username && !url.password ? url : null
}

const refused: ProviderFailure = { ok: false, error: 'provider_refused', retryAfterSeconds: null }

const unavailable = (retryAfterMs: number | null): ProviderFailure => ({
  ok: false,
  error: 'provider_unavailable',
  retryAfterSeconds: retryAfterMs ? Math.ceil(retryAfterMs / 1_000) : null,
})
