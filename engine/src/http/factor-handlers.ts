// The second factor over HTTP: of a sign-in that waits for it, and of a signed-in person's account.
import { changeRecoveryCodes, confirmTotp, type FactorChange, removeTotp } from '../factors/change-factors.ts'
import { confirmTotpAtSignIn, offerTotpAtSignIn } from '../factors/enrol-at-sign-in.ts'
import { addPasskeyAtSignIn, offerPasskeyAtSignIn } from '../factors/enrol-passkey-at-sign-in.ts'
import { offerTotp } from '../factors/enrol-totp.ts'
import type { FactorDeps } from '../factors/factor-deps.ts'
import type { WaitingInput } from '../factors/finish-sign-in.ts'
import { passByCode } from '../factors/pass-by-code.ts'
import { askForPasskey, passByPasskey } from '../factors/pass-by-passkey.ts'
import type { PasskeyChallenges } from '../passkeys/challenges.ts'
import { presentPasskey } from '../passkeys/present-passkey.ts'
import type { RelyingParty } from '../passkeys/relying-party.ts'
import type { PasskeyStore } from '../passkeys/store.ts'
import { type FactorPolicyStore, isFactorDemanded } from '../second-factor/policy.ts'
import type { PendingSignIn } from '../second-factor/store.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { bySession } from './guards.ts'
import { localeOf } from './locale.ts'
import { answer, type Outcome, type Refusal, refuse } from './outcome.ts'
import { nameOf, notAdded, notSignedIn } from './passkey-answers.ts'
import type { InputOf } from './read-input.ts'
import type { SessionCookies } from './session-cookies.ts'
import { presentPending, type WaysIn } from './ways-in.ts'

export type FactorHandlerDeps = FactorDeps & {
  readonly passkeys: PasskeyStore
  readonly roles: FactorPolicyStore
  readonly challenges: PasskeyChallenges
  /** Null: browsers make no passkeys for this site. */
  readonly relyingParty: RelyingParty | null
  readonly sessionCookies: SessionCookies
  readonly waysIn: WaysIn
}

const codeRefused = { limited: { key: 'rateLimitedCode' }, closed: { key: 'closedCode' } } as const
const badCode = (code: 'wrong_code' | 'expired') =>
  refuse('validation_failed', {
    fields: [
      code === 'expired'
        ? { path: 'code', code: 'totp_expired', key: 'fields.totp_expired' }
        : { path: 'code', code, key: 'fields.wrong_code' },
    ],
  })
const signInOver = refuse('unauthenticated', { detail: { key: 'signInOver' } })
const hasFactorAlready = refuse('permission_denied', { detail: { key: 'factorThere' } })

export const createFactorHandlers = (deps: FactorHandlerDeps) => {
  const { relyingParty } = deps
  const withPasskeys = relyingParty && { ...deps, relyingParty }

  const changeOf = (call: Call, { session }: VerifiedSession): FactorChange => ({
    ...bySession(session),
    context: call.context,
    locale: localeOf(call),
  })

  /** What the browser brings to the end of its sign-in. */
  const waiting = async (
    call: Call,
    pending: PendingSignIn,
  ): Promise<(WaitingInput & { kind: 'waiting' }) | Refusal> => {
    const brought = await deps.waysIn.brought(call)
    return brought.kind === 'refusal' ? brought : { ...brought, kind: 'waiting', pending, locale: localeOf(call) }
  }

  return {
    pendingSignIn: async (_call: Call, { userId, expiresAt }: PendingSignIn): Promise<Outcome> => {
      const [account, held] = await Promise.all([deps.accounts.findById(userId), deps.factors.held(userId)])
      if (!account) return signInOver
      return answer(200, { json: presentPending(held, { account, expiresAt, now: deps.clock.now() }) })
    },

    passSecondFactor: async (
      call: Call,
      pending: PendingSignIn,
      { body }: InputOf<'passSecondFactor'>,
    ): Promise<Outcome> => {
      const input = await waiting(call, pending)
      if (input.kind === 'refusal') return input
      // Those of an app are counted by account; what nobody can guess like any other change.
      if (body.method !== 'totp' && call.clientKey !== null) {
        const verdict = await call.limiter.take([{ rule: 'change', key: call.clientKey }])
        if (verdict && !verdict.allowed) return call.limited(verdict, call.clientKey)
      }
      if (body.method === 'passkey') {
        if (!withPasskeys) return refuse('not_found')
        const passed = await passByPasskey(withPasskeys, { ...input, response: body.response })
        if (passed.ok) return deps.waysIn.answerFinished(passed.value, { verdict: null })
        return passed.error === 'unauthenticated' ? signInOver : notSignedIn(passed.error)
      }
      const result = await passByCode({ ...deps, limiter: call.limiter }, { ...input, ...body })
      const { verdict } = result
      if (result.ok) return deps.waysIn.answerFinished(result.value, { verdict })
      if (result.error === 'unauthenticated') return { ...signInOver, verdict }
      const detail = result.error === 'rate_limited' ? { detail: codeRefused[result.reason] } : {}
      return refuse(result.error, { verdict, ...detail })
    },

    offerTotpAtSignIn: async (_call: Call, pending: PendingSignIn): Promise<Outcome> => {
      const offered = await offerTotpAtSignIn(deps, pending)
      if (offered.ok) return answer(200, { json: offered.value })
      return offered.error === 'has_factor' ? hasFactorAlready : signInOver
    },

    confirmTotpAtSignIn: async (
      call: Call,
      pending: PendingSignIn,
      { body }: InputOf<'confirmTotpAtSignIn'>,
    ): Promise<Outcome> => {
      const input = await waiting(call, pending)
      if (input.kind === 'refusal') return input
      const result = await confirmTotpAtSignIn(deps, { ...input, code: body.code })
      if (result.ok) {
        const { signedIn, recoveryCodes } = result.value
        return deps.waysIn.answerFinished(signedIn, { verdict: null, more: { recoveryCodes } })
      }
      if (result.error === 'has_factor') return hasFactorAlready
      return result.error === 'unauthenticated' ? signInOver : badCode(result.error)
    },

    askForPasskey: async (_call: Call, pending: PendingSignIn): Promise<Outcome> => {
      const asked = withPasskeys && (await askForPasskey(withPasskeys, pending))
      return asked ? answer(200, { json: asked }) : refuse('not_found')
    },

    offerPasskeyAtSignIn: async (_call: Call, pending: PendingSignIn): Promise<Outcome> => {
      if (!withPasskeys) return refuse('not_found')
      const offered = await offerPasskeyAtSignIn(withPasskeys, pending)
      if (offered.ok) return answer(200, { json: offered.value })
      return offered.error === 'has_factor' ? hasFactorAlready : signInOver
    },

    addPasskeyAtSignIn: async (
      call: Call,
      pending: PendingSignIn,
      { body }: InputOf<'addPasskeyAtSignIn'>,
    ): Promise<Outcome> => {
      if (!withPasskeys) return refuse('not_found')
      const input = await waiting(call, pending)
      if (input.kind === 'refusal') return input
      const { response, name = nameOf(call) } = body
      const result = await addPasskeyAtSignIn(withPasskeys, { ...input, response, name })
      if (result.ok) {
        const { signedIn, recoveryCodes } = result.value
        return deps.waysIn.answerFinished(signedIn, { verdict: null, more: { recoveryCodes } })
      }
      if (result.error === 'has_factor') return hasFactorAlready
      return result.error === 'unauthenticated' ? signInOver : notAdded(result.error)
    },

    factors: async (_call: Call, { session: { userId } }: VerifiedSession): Promise<Outcome> => {
      const [account, held, totp, passkeys] = await Promise.all([
        deps.accounts.findById(userId),
        deps.factors.held(userId),
        deps.totp.find(userId),
        deps.passkeys.listOfUser(userId),
      ])
      return answer(200, {
        json: {
          totp: totp && { createdAt: totp.createdAt },
          passkeys: passkeys.map(presentPasskey),
          recoveryCodesLeft: held.recoveryCodes,
          hasPassword: Boolean(account?.passwordHash),
          required: await isFactorDemanded(deps.secondFactor, deps.roles, userId),
        },
      })
    },

    offerTotp: async (_call: Call, { session }: VerifiedSession): Promise<Outcome> => {
      const offer = await offerTotp(deps, session.userId)
      return offer ? answer(200, { json: offer }) : refuse('unauthenticated')
    },

    confirmTotp: async (call: Call, verified: VerifiedSession, { body }: InputOf<'confirmTotp'>): Promise<Outcome> => {
      const result = await confirmTotp(deps, { ...changeOf(call, verified), code: body.code })
      if (result.ok) return answer(200, { json: result.value })
      return result.error === 'unauthenticated' ? refuse(result.error) : badCode(result.error)
    },

    removeTotp: async (call: Call, verified: VerifiedSession): Promise<Outcome> => {
      const result = await removeTotp(deps, changeOf(call, verified))
      if (result.ok) return answer(204)
      return result.error === 'required'
        ? refuse('permission_denied', { detail: { key: 'factorRequired' } })
        : refuse(result.error)
    },

    renewRecoveryCodes: async (call: Call, verified: VerifiedSession): Promise<Outcome> => {
      const result = await changeRecoveryCodes(deps, changeOf(call, verified))
      return result.ok ? answer(200, { json: result.value }) : refuse(result.error)
    },
  }
}
