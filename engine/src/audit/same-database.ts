// Whether this is still the database in which this node began. One that lost its data and got its tables anew has heard of nobody:
// "no such session" is no answer of it, and must end nothing (SPEC section 17, decisions/0030).
import type { Keyring } from '../keys/keyring.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { AuditChainStore } from './chain-store.ts'
import { openSigned } from './signed.ts'

/** What an operator is told, by readiness and in the log. */
export const otherDatabase =
  'this is not the database of before: restore a backup (`vigile restore --replace`), after which all goes on; or restart every node, where it is to begin anew'

export type SameDatabase = {
  /** Remembers whose database this is; known once is known for good. */
  learn(): Promise<void>
  /** `missing`: it does not say any more. */
  look(): Promise<'same' | 'another' | 'missing'>
  /** Throws an `UnavailableError` (503) where it is not the same. Asked where a genuine token's session is not there. */
  require(): Promise<void>
  /** False: nothing was learnt yet, so that nothing can be missed. */
  isKnown(): boolean
}

export const createSameDatabase = (deps: {
  readonly auditChain: Pick<AuditChainStore, 'head'>
  readonly keyring: Pick<Keyring, 'find'>
}): SameDatabase => {
  /** When the audit chain was begun: once in the life of a database, and a backup brings it back. Null: not known. */
  let known: number | null = null

  // Whoever could write another head could as well take the sessions away: what it claims is enough.
  const foundedAt = async (): Promise<number | null> => {
    const signed = await deps.auditChain.head()
    const opened = signed && (await openSigned(deps.keyring, 'head', signed))
    const head = opened?.ok ? opened.value : opened?.claimed
    // One that an operator made anew (`vigile audit accept`) where it had been removed says no more than when that was.
    if (head && head.accepted?.at === head.foundedAt) return known ?? head.foundedAt
    return head?.foundedAt ?? null
  }

  const look: SameDatabase['look'] = async () => {
    const found = await foundedAt()
    known ??= found
    if (known === null) return 'same'
    if (found === null) return 'missing'
    if (found > known) return 'another'
    // One that was begun earlier came back to a node that started meanwhile.
    known = found
    return 'same'
  }

  return {
    learn: async () => {
      known ??= await foundedAt()
    },
    look,
    require: async () => {
      if ((await look()) !== 'same') throw new UnavailableError(otherDatabase)
    },
    isKnown: () => known !== null,
  }
}
