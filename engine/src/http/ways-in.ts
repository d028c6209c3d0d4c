// What every way in has in common over HTTP: what the browser brings to it, and how the answer looks.
import type { Entered as EnteredAnswer, KeepOffered, PendingSignIn, SessionStarted } from '@vigile/contract'
import type { SignedIn } from '../accounts/begin-signed-in.ts'
import { parseDeviceTokens } from '../accounts/device.ts'
import type { Entered, Pending } from '../accounts/enter.ts'
import type { WayBack } from '../accounts/keep-account.ts'
import { presentUser } from '../accounts/present-user.ts'
import type { Account } from '../accounts/store.ts'
import type { Context } from '../audit/entry.ts'
import type { Binding } from '../binding/binding.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { Dbsc } from '../binding/dbsc.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Verdict } from '../limits/limiter.ts'
import type { SessionId } from '../primitives/ids.ts'
import { usableFactors } from '../second-factor/policy.ts'
import type { HeldFactors } from '../second-factor/store.ts'
import type { Begun } from '../sessions/begin.ts'
import { presentSession } from '../sessions/present-session.ts'
import { readPresentation } from '../sessions/presented-token.ts'
import type { Call } from './call.ts'
import { type Answer, answer, type Refusal } from './outcome.ts'
import type { Proofs } from './proofs.ts'
import type { Delivery, SessionCookies } from './session-cookies.ts'

/** What a browser brings to a sign-in, whichever way it takes. */
export type Brought = {
  readonly kind: 'brought'
  readonly deviceTokens: readonly string[]
  /** Sessions that it holds: they end with the sign-in, whatever their generation. */
  readonly ends: readonly SessionId[]
  /** The key that the session will be bound to, or null. */
  readonly boundKey: BoundKey | null
  readonly context: Context
  readonly clientKey: string | null
}

export type WaysIn = {
  /** A refusal where the proof of its key is wrong, or missing though it is required. */
  brought(call: Call): Promise<Brought | Refusal>
  held(call: Call): Promise<readonly SessionId[]>
  /** The session, with its cookies; or that the second factor is next, with the cookie of the sign-in that waits. */
  answer(
    entered: Entered | WayBack,
    rest: {
      readonly status?: 200 | 201
      readonly verdict: Verdict | null
      /** What this way in has to say besides. */
      readonly more?: Readonly<Record<string, unknown>>
      readonly cookies?: readonly string[]
    },
  ): Answer
  /** The session of a sign-in that waited; the cookie of that goes. */
  answerFinished(
    signedIn: SignedIn,
    rest: { readonly verdict: Verdict | null; readonly more?: Readonly<Record<string, unknown>> },
  ): Answer
  /** The answer for a session that a signed-in browser gets in place of its old one. */
  answerBegun(account: Account, begun: Begun, verdict: Verdict | null): Answer
}

export const presentPending = (
  held: HeldFactors,
  { account: { email }, expiresAt, now }: Pick<Pending, 'account' | 'expiresAt' | 'now'>,
): PendingSignIn => {
  const factors = usableFactors(held)
  const expiresIn = Math.floor((expiresAt - now) / 1000)
  return { email, factors: [...factors], enrol: factors.length === 0, expiresIn }
}

export const createWaysIn = (deps: {
  readonly keyring: Keyring
  readonly sessionCookies: SessionCookies
  readonly delivery: Delivery
  readonly binding: Binding
  readonly dbsc: Dbsc
  readonly proofs: Proofs
  readonly mailPosted: () => void
  readonly authPath: string
}): WaysIn => {
  const held = async (call: Call) => {
    const presentation = await readPresentation(deps.keyring, call.jar.refresh)
    return presentation.kind === 'genuine' ? [...new Set(presentation.tokens.map((token) => token.sessionId))] : []
  }

  const started = (account: Account, begun: Begun): SessionStarted => ({
    user: presentUser(account),
    session: presentSession(begun.session),
    expiresIn: Math.floor((begun.access.accessExpiresAt - begun.now) / 1000),
    fingerprint: begun.refresh.fingerprint,
    ...(deps.delivery === 'body' ? { accessToken: begun.access.accessToken } : {}),
  })

  const startedCookies = ({ access, refresh, session, now }: Begun) => [
    ...deps.sessionCookies.access(access, now),
    ...deps.sessionCookies.refresh(refresh, session, now),
  ]

  /** To a browser that brought no key: it may register one of its own (DBSC), with a challenge that only this answer has. */
  const offer = ({ session }: Begun): Readonly<Record<string, string>> => {
    if (deps.binding.mode === 'off' || deps.delivery === 'body' || session.boundKey !== null) return {}
    const challenge = deps.dbsc.registrationChallenge(session.id)
    const path = `${deps.authPath}/dbsc/registration`
    return { 'Secure-Session-Registration': `(ES256);path="${path}";challenge="${challenge}"` }
  }

  const answerSignedIn = (signedIn: SignedIn, status: number, verdict: Verdict | null) => {
    const { account, begun, deviceToken, isNewDevice } = signedIn
    if (isNewDevice) deps.mailPosted()
    const cookies = [...startedCookies(begun), deps.sessionCookies.device(deviceToken)]
    const json = started(account, begun)
    return { ...answer(status, { cookies, headers: offer(begun), verdict }), json }
  }

  return {
    held,
    brought: async (call) => {
      const registered = await deps.proofs.registered(call)
      if (registered.kind === 'refusal') return registered
      return {
        kind: 'brought',
        deviceTokens: parseDeviceTokens(call.jar.device),
        ends: await held(call),
        boundKey: registered.key,
        context: call.context,
        clientKey: call.clientKey,
      }
    },
    answer: (entered, { status = 200, verdict, more, cookies = [] }) => {
      if (entered.kind === 'pending') {
        const pending = presentPending(entered.held, entered)
        const json: EnteredAnswer = { next: 'second_factor', ...pending }
        return answer(status, {
          json: { ...json, ...more },
          cookies: [deps.sessionCookies.pending(entered.token, pending.expiresIn), ...cookies],
          verdict,
        })
      }
      if (entered.kind === 'closed') {
        const { token, deleteAt } = entered
        const json: KeepOffered = { next: 'keep_account', deleteAt, token }
        return answer(status, { json: { ...json, ...more }, cookies, verdict })
      }
      const { json, cookies: set = [], ...rest } = answerSignedIn(entered, status, verdict)
      return { ...rest, json: { ...json, ...more }, cookies: [...set, ...cookies] }
    },
    answerFinished: (signedIn, { verdict, more }) => {
      const { json, cookies = [], ...rest } = answerSignedIn(signedIn, 200, verdict)
      return { ...rest, json: { ...json, ...more }, cookies: [...cookies, deps.sessionCookies.clearPending()] }
    },
    answerBegun: (account, begun, verdict) =>
      answer(200, { json: started(account, begun), cookies: startedCookies(begun), headers: offer(begun), verdict }),
  }
}
