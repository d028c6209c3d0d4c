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

type WatchStores = RaiseStores & {
  readonly audit: Pick<AuditStore, 'search'>
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
  const headOf = async (auditChain: AuditChainStore) => {
    const signed = await auditChain.head()
    if (signed) return openSigned(deps.keyring, 'head', signed)
    // Nothing was ever sealed.
    return (await auditChain.lastPosition()) === 0 ? null : ({ ok: false, error: 'missing' } as const)
  }

  /** Most looks find nothing to do, without holding anything. */
  const isIdle = async (): Promise<boolean> => {
    const head = await headOf(deps.auditChain)
    if (isSummaryDue(await deps.alerts.untold(), deps.clock.now())) return false
    return head === null || (head.ok && head.value.position === (await deps.alerts.watched()))
  }

  const round = () =>
    deps.transact(async (stores) => {
      const watched = await stores.alerts.lockWatch('skip locked')
      if (watched === null) return null
      const head = await headOf(stores.auditChain)
      const findings: Finding[] = []
      let isMore = false
      if (head && !head.ok) findings.push(aboutChain(`head_${head.error}`, deps.clock.now()))
      if (head?.ok && head.value.position < watched) {
        findings.push(aboutChain('rolled_back', deps.clock.now()))
        await stores.alerts.moveWatch(head.value.position)
      } else {
        const sealed = await stores.auditChain.listSealed({ after: watched, limit: atOnce })
        const last = sealed.at(-1)
        const entries = sealed.map((entry) => ({ ...fromStored(entry), position: entry.position }))
        findings.push(...(await findSuspicious(deps, stores, entries)))
        if (last) await stores.alerts.moveWatch(last.position)
        isMore = sealed.length === atOnce
      }
      const raised = await raise(deps, stores, findings)
      await tellUntold(deps, stores)
      return { raised, isMore }
    })

  return {
    /** Looks at what was sealed since the last time, on whichever node that was. */
    run: async (): Promise<void> => {
      if (await isIdle()) return
      for (let rounds = 0; rounds < maxRounds; rounds += 1) {
        const done = await round()
        if (done && done.raised.length > 0) announce(deps, done.raised)
        if (!done?.isMore) return
      }
    },
  }
}

/** Nothing new is sealed while it lasts, so that it can't come from the record. */
const aboutChain = (fault: string, at: number): Finding => ({
  rule: fault === 'head_unknown_key' ? 'audit_stalled' : 'audit_tampering',
  subject: null,
  at,
  added: 0,
  first: { count: 1, details: { fault } },
})
