// Signing keys, as commands and applications act on them (TOK-9).
import { type Actor, nameActor } from '../audit/actor.ts'
import { auditEntry, noContext } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { KeyState, SigningKeys } from '../keys/signing-keys.ts'
import type { KeyStore } from '../keys/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'

export type ListedKey = {
  readonly id: string
  readonly algorithm: 'EdDSA' | 'ES256'
  /** Epoch milliseconds, as `signsFrom`. */
  readonly createdAt: number
  readonly signsFrom: number
  readonly state: KeyState
}

export type Keys = {
  /** Publishes a new signing key; it signs once every verifier can have seen it. One that waits already is given again. */
  rotate(by: Actor): Promise<{ readonly id: string; readonly signsFrom: number }>
  /** Every key whose tokens may still live, and the next one; the oldest first. */
  list(): Promise<readonly ListedKey[]>
}

export const createKeys = (deps: {
  readonly signingKeys: Pick<SigningKeys, 'rotate' | 'list'>
  readonly transact: Transact<{ keys: KeyStore; audit: AuditStore }>
  readonly clock: Clock
}): Keys => ({
  rotate: (by) =>
    deps.signingKeys.rotate((row, newestId) =>
      deps.transact(async ({ keys, audit }) => {
        if (!(await keys.insertSigningKey(row, newestId))) return false
        await audit.append([
          auditEntry(noContext, {
            action: 'keys:rotate',
            at: deps.clock.now(),
            resource: 'key',
            resourceId: row.id,
            details: { by: nameActor(by) },
          }),
        ])
        return true
      }),
    ),
  list: async () =>
    (await deps.signingKeys.list()).map(({ id, algorithm, createdAt, signsFrom, state }) => ({
      id,
      algorithm,
      createdAt,
      signsFrom,
      state,
    })),
})
