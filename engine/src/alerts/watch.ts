// Reads the record for what is suspicious. One node at a time does, from where the last one stopped: the place of an entry in the chain
// is final, so none is missed, however many wrote at once.
import { fromStored } from '../audit/canonical.ts'
import type { AuditChainStore } from '../audit/chain-store.ts'
import { openSigned } from '../audit/signed.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Transact } from '../primitives/transact.ts'
import type { SessionStore } from '../sessions/store.ts'
import { type FindDeps, findSuspicious } from './find-suspicious.ts'
import { announce, type Finding, isSummaryDue, type RaiseDeps, type RaiseStores, raise, tellUntold } from './raise.ts'
import type { AlertStore } from './store.ts'

/** Entries of one transaction. */
const atOnce = 500
/** Transactions of one run; what is left waits for the next. */
const maxRounds = 100
/** Between two of them, at most. */
const maxRestMs = 1_000
/** An entry is sealed within a second or two; one that waits so long is kept from it. */
const unsealedMs = 60_000

type WatchStores = RaiseStores & {
  readonly audit: Pick<AuditStore, 'search' | 'listCounted'>
  readonly auditChain: AuditChainStore
  readonly sessions: Pick<SessionStore, 'listLive'>
}

export type WatchDeps = RaiseDeps &
  FindDeps & {
    readonly transact: Transact<WatchStores>
    readonly alerts: AlertStore
    readonly auditChain: AuditChainStore
    readonly keyring: Pick<Keyring, 'find' | 'newest'>
  }

export const createWatch = (deps: WatchDeps) => {
  /** The entry that waits too long, as of the last look, and as of the run before: one that a clock set forward made old is gone by then. */
  let overdue: string | null = null
  let overdueBefore: string | null = null

  const headOf = async (auditChain: AuditChainStore) => {
    const signed = await auditChain.head()
    return signed ? openSigned(deps.keyring, 'head', signed) : ({ ok: false, error: 'missing' } as const)
  }

  /** Why new entries may not come this way any more, and where the chain ends. */
  const lookAtChain = async (auditChain: AuditChainStore, watched: number) => {
    const head = await headOf(auditChain)
    const end = head?.ok ? head.value.position : null
    const [waiting] = await auditChain.listToSeal({ after: null, limit: 1 })
    overdue = waiting && waiting.at < deps.clock.now() - unsealedMs ? waiting.id : null
    const isStalled = overdue !== null && overdue === overdueBefore
    const isRolledBack = end !== null && end < watched
    const fault =
      head?.ok === false ? `head_${head.error}` : isRolledBack ? 'rolled_back' : isStalled ? 'unsealed' : null
    return { fault, end }
  }

  /** Most looks find nothing to do, without holding anything. */
  const isIdle = async (): Promise<boolean> => {
    const watched = await deps.alerts.watched()
    const { fault, end } = await lookAtChain(deps.auditChain, watched)
    return fault === null && (end ?? watched) === watched && !isSummaryDue(await deps.alerts.untold(), deps.clock.now())
  }

  const round = () =>
    deps.transact(async (stores) => {
      const watched = await stores.alerts.lockWatch('skip locked')
      if (watched === null) return null
      const { fault, end } = await lookAtChain(stores.auditChain, watched)
      const sealed = await stores.auditChain.listSealed({ after: watched, limit: atOnce })
      const entries = sealed.map((entry) => ({ ...fromStored(entry), position: entry.position }))
      const findings = await findSuspicious(deps, stores, entries)
      const raised = await raise(deps, stores, fault ? [...findings, aboutChain(fault, deps.clock.now())] : findings)
      const next = sealed.at(-1)?.position ?? (fault === 'rolled_back' ? end : null)
      if (next !== null) await stores.alerts.moveWatch(next)
      await tellUntold(deps, stores)
      return { raised, isMore: sealed.length === atOnce }
    })

  return {
    /** Looks at what was sealed since the last time, on whichever node that was. */
    run: async (): Promise<void> => {
      overdueBefore = overdue
      if (await isIdle()) return
      for (let rounds = 0; rounds < maxRounds; rounds += 1) {
        const began = performance.now()
        const done = await round()
        if (done && done.raised.length > 0) announce(deps, done.raised)
        if (!done?.isMore) return
        // People who sign in meanwhile have half of the time to themselves, and of the lock on an embedded database.
        await rest(Math.min(performance.now() - began, maxRestMs))
      }
    },
  }
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What would never come by way of the record: nothing new is sealed, or it takes the places of what was cut off. */
const aboutChain = (fault: string, at: number): Finding => ({
  rule: fault === 'unsealed' || fault === 'head_unknown_key' ? 'audit_stalled' : 'audit_tampering',
  subject: null,
  at,
  added: 0,
  first: { count: 1, details: { fault } },
})
