// The statement that notes a use judges the counter (S-30): it grows, or it is 0 as it always was.
import type { Log } from '../primitives/log.ts'
import type { PasskeyRow, PasskeyStore } from './store.ts'
import type { VerifiedUse } from './verify-assertion.ts'

export type UseFault =
  | { readonly reason: 'changed_meanwhile' }
  /** Of this key there may be a copy. */
  | { readonly reason: 'counter'; readonly counter: number; readonly stored: number }

/** Part of the transaction that the use begins a session in. Null: noted. */
export const noteUse = async (
  passkeys: Pick<PasskeyStore, 'use' | 'findByCredentialId'>,
  { passkey, use, now }: { readonly passkey: PasskeyRow; readonly use: VerifiedUse; readonly now: number },
): Promise<UseFault | null> => {
  if (await passkeys.use(passkey.id, { ...use, now })) return null
  const still = await passkeys.findByCredentialId(passkey.credentialId)
  return still ? { reason: 'counter', counter: use.counter, stored: still.counter } : { reason: 'changed_meanwhile' }
}

/** After the transaction: what it rolls back or repeats must not alarm twice. */
export const warnOfCopy = (
  log: Log,
  passkey: Pick<PasskeyRow, 'id'>,
  { reason }: { readonly reason: string },
): void => {
  if (reason === 'counter')
    log.warn({ alert: 'passkey_counter', passkey: passkey.id }, 'the counter of a passkey went back: it may be copied')
}
