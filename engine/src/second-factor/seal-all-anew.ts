// Every hour: what is sealed with an older key is sealed anew, so that a secret can be dropped from VIGILE_SECRET once the
// sessions of its time are over.
import type { Keyring } from '../keys/keyring.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import { openSecret, sealAnew } from './sealed-secret.ts'
import type { TotpFactor, TotpStore } from './store.ts'

const batch = 200

/** Gives the number that could be opened. One that can't is named in the log, and left for whoever knows its key. */
export const sealAllAnew = async (deps: {
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly totp: TotpStore
  readonly log: Log
}): Promise<number> => {
  const { keyring, totp, log } = deps
  const one = async (factor: TotpFactor): Promise<number> => {
    try {
      await sealAnew(keyring, totp, factor, await openSecret(keyring, factor))
      return 1
    } catch (error) {
      log.error(
        { err: error, alert: 'totp_sealed', key: factor.keyId },
        'an authenticator app could not be sealed anew',
      )
      return 0
    }
  }
  let done = 0
  let after: UserId | null = null
  for (;;) {
    const factors: readonly TotpFactor[] = await totp.listNotUnder(keyring.newest().id, after, batch)
    for (const factor of factors) done += await one(factor)
    after = factors.at(-1)?.userId ?? null
    if (after === null || factors.length < batch) return done
  }
}
