// What a node does by itself, beside the requests that it answers: it reports itself, forgets, and looks after keys and seals; and
// once per cluster, by the clock, old things go.
import { deleteDueAccounts } from './accounts/delete-account.ts'
import type { RaiseAlone } from './alerts/raise.ts'
import type { createWatch } from './alerts/watch.ts'
import type { Anchor } from './audit/anchor.ts'
import { type AnchoringDeps, createAnchoring } from './audit/anchoring.ts'
import { sealedTokens } from './identities/sealed-tokens.ts'
import type { Background } from './jobs/background.ts'
import { scheduleJob } from './jobs/schedule.ts'
import type { Keyring } from './keys/keyring.ts'
import { sealAllAnew } from './keys/seal-all-anew.ts'
import type { SigningKeys } from './keys/signing-keys.ts'
import type { Meter } from './meter/meter.ts'
import type { createCleanUp } from './operator/clean-up.ts'
import type { Log } from './primitives/log.ts'
import { sealedSecrets } from './second-factor/sealed-secret.ts'
import type { Database } from './stores/database.ts'

const reportEveryMs = 10_000
const maintainEveryMs = 3_600_000
/** Every hour: people are told the day. */
const deletionsAt = '30 * * * *'
const forgetProofsEveryMs = 60_000
const proofsAtOnce = 1_000
const anchorEveryMs = 5_000
const watchEveryMs = 5_000
const lookEveryMs = 30_000

export type NodeWorkDeps = Parameters<typeof deleteDueAccounts>[0] & {
  /** False: a command, which is no node. */
  readonly isServer: boolean
  readonly background: Background
  readonly database: Database
  readonly isOpen: () => boolean
  readonly keyring: Keyring
  readonly watch: ReturnType<typeof createWatch>
  readonly raise: RaiseAlone
  readonly signingKeys: SigningKeys
  readonly cleanUp: ReturnType<typeof createCleanUp>
  readonly lookAtParts: () => Promise<void>
  /** Cron pattern. */
  readonly cleanUpAt: string
  /** As many as at the start; their credentials may change. */
  readonly anchors: () => readonly Anchor[]
  readonly log: Log
  readonly meter: Meter
}

/** Begins at once what every server does. `startJobs` begins the rest; twice is once. */
export const startNodeWork = (deps: NodeWorkDeps): { readonly startJobs: () => void } => {
  const { background, database, isOpen, keyring, signingKeys, log } = deps
  const jobs = { ...database, log, meter: deps.meter }

  const report = async () => {
    if (!isOpen()) return
    await database.ping()
    await keyring.report()
    await signingKeys.keep()
  }
  const forgetProofs = async () => {
    if (!isOpen()) return
    while ((await database.usedProofs.deleteOld(database.clock.now(), proofsAtOnce)) === proofsAtOnce);
  }
  if (deps.isServer) background.every(reportEveryMs, 'this node could not report itself', report)
  // Also where binding is off: sessions that are bound stay so.
  if (deps.isServer) background.every(forgetProofsEveryMs, 'used proofs could not be removed', forgetProofs)
  const watch = async () => {
    if (isOpen()) await deps.watch.run()
  }
  if (deps.isServer) background.every(watchEveryMs, 'the audit log could not be watched', watch)
  const found: AnchoringDeps['found'] = (rule, anchor, details) =>
    deps.raise({
      rule,
      subject: rule === 'anchor_behind' ? anchor : null,
      at: database.clock.now(),
      added: 1,
      first: { count: 1, details },
    })
  const anchoring = createAnchoring({ ...database, ...background, keyring, anchors: deps.anchors, log, found })
  const anchor = async () => {
    if (isOpen()) await anchoring.run()
  }
  if (deps.isServer && deps.anchors().length > 0)
    background.every(anchorEveryMs, 'checkpoints of the audit log could not be kept outside', anchor)

  const deleteDue = async () => ({ accounts: await deleteDueAccounts(deps) })
  const sealAnew = async () => {
    await sealAllAnew(deps, sealedSecrets({ ...database, keyring }))
    await sealAllAnew(deps, sealedTokens({ ...database, keyring }))
  }
  let hasJobs = false
  return {
    startJobs: () => {
      if (hasJobs) return
      hasJobs = true
      background.add(scheduleJob(jobs, { job: 'clean-up', pattern: deps.cleanUpAt, work: deps.cleanUp.run }))
      background.add(scheduleJob(jobs, { job: 'delete-accounts', pattern: deletionsAt, work: deleteDue }))
      background.every(lookEveryMs, 'the state of the parts could not be kept', deps.lookAtParts)
      background.every(maintainEveryMs, 'the signing keys could not be looked after', signingKeys.maintain)
      background.every(maintainEveryMs, 'secrets of apps and tokens of providers could not be sealed anew', sealAnew)
    },
  }
}
