// The second factor over HTTP.
import type { Clock } from '../primitives/clock.ts'
import type { FactorStore, PendingSignIn } from '../second-factor/store.ts'
import type { Call } from './call.ts'
import { answer, type Outcome } from './outcome.ts'
import { presentPending } from './ways-in.ts'

export type FactorHandlerDeps = { readonly factors: FactorStore; readonly clock: Clock }

export const createFactorHandlers = (deps: FactorHandlerDeps) => ({
  pendingSignIn: async (_call: Call, { userId, expiresAt }: PendingSignIn): Promise<Outcome> =>
    answer(200, { json: presentPending(await deps.factors.held(userId), { expiresAt, now: deps.clock.now() }) }),
})
