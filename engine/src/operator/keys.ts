// Signing keys, as commands and applications act on them (TOK-9).
import { type AnyActor, contextOf, nameActor } from '../audit/actor.ts'
import { auditEntry } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import { deriveKeys } from '../keys/derive.ts'
import { type Keyring, listLiveNodes } from '../keys/keyring.ts'
import type { KeyState, SigningKeys } from '../keys/signing-keys.ts'
import type { KeyStore } from '../keys/store.ts'
import { UnknownSecretError } from '../keys/unknown-secret.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import type { ActorRefused } from '../roles/act-on-roles.ts'
import { type HolderStores, refuseUnlessHeld } from '../roles/refuse-unless-held.ts'

export type ListedKey = {
  readonly id: string
  readonly algorithm: 'EdDSA' | 'ES256'
  /** Epoch milliseconds, as `signsFrom`. */
  readonly createdAt: number
  readonly signsFrom: number
  readonly state: KeyState
}

/** Rolls the act back. */
export class ActorRefusedError extends Error {
  readonly refusal: ActorRefused
  constructor(refusal: ActorRefused) {
    super(refusal.error)
    this.refusal = refusal
  }
}

export type Keys = {
  /**
   * Publishes a new signing key; it signs once every verifier can have seen it. One that waits already is given again. Throws an
   * `ActorRefusedError` where a user acts who may not: `system:admin` is needed; an `UnknownSecretError` where the secrets here are not
   * those of the nodes.
   */
  rotate(by: AnyActor): Promise<{ readonly id: string; readonly signsFrom: number }>
  /** Every key whose tokens may still live, and the next one; the oldest first. Throws an `UnknownSecretError` as `rotate` does. */
  list(): Promise<readonly ListedKey[]>
  /**
   * The nodes that spoke within the last thirty seconds, by host and process, and which secrets each knows: their ids, which tell
   * nothing of them.
   *
   * @example
   * if ((await auth.keys.nodes()).length > 1) console.log('several nodes')
   */
  nodes(): Promise<readonly { readonly id: string; readonly keyIds: readonly string[] }[]>
  /**
   * Ids of the secrets that this node uses, or that sessions, authenticator apps or tokens of providers are under, and that this list
   * lacks. Who goes on with that list answers 503 to them.
   *
   * @example
   * const lost = await auth.keys.lostWith([newest, older])
   */
  lostWith(secrets: readonly string[]): Promise<readonly string[]>
}

export const createKeys = (deps: {
  readonly signingKeys: Pick<SigningKeys, 'rotate' | 'list'>
  readonly transact: Transact<HolderStores & { keys: KeyStore; audit: AuditStore }>
  readonly keyring: Pick<Keyring, 'newest'>
  readonly clock: Clock
}): Keys => ({
  rotate: async (by) => {
    const nodes = await liveNodes(deps)
    if (nodes.some(({ keyIds }) => !keyIds.includes(deps.keyring.newest().id)))
      throw new UnknownSecretError('a node does not know the secret that would seal the key')
    return deps.signingKeys.rotate((row, newestId) =>
      deps.transact(async ({ keys, audit, ...stores }) => {
        const now = deps.clock.now()
        const refusal = await refuseUnlessHeld(stores, by, 'system:admin')
        if (refusal) throw new ActorRefusedError(refusal)
        if (!(await keys.insertSigningKey(row, newestId))) return false
        await audit.append([
          auditEntry(contextOf(by), {
            action: 'keys:rotate',
            at: now,
            resource: 'key',
            resourceId: row.id,
            details: { by: nameActor(by) },
          }),
        ])
        return true
      }),
    )
  },
  list: async () =>
    (await deps.signingKeys.list()).map(({ id, algorithm, createdAt, signsFrom, state }) => ({
      id,
      algorithm,
      createdAt,
      signsFrom,
      state,
    })),
  nodes: () => liveNodes(deps),
  lostWith: async (secrets) => {
    const ids = secrets.map((secret) => deriveKeys(secret).id)
    const used = await deps.transact(({ keys }) => keys.listOthersInUse(ids, deps.clock.now()))
    // Of the newest sessions too, which are looked at last.
    const { id } = deps.keyring.newest()
    return [...new Set(ids.includes(id) ? used : [...used, id])]
  },
})

const liveNodes = ({ transact, clock }: Pick<Parameters<typeof createKeys>[0], 'transact' | 'clock'>) =>
  transact(({ keys }) => listLiveNodes(keys, clock.now()))
