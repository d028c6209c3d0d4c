// A site with a log that somebody tampers with.
import type { AuditReport } from '@vigile/engine'
import { openSite, type Site, type SiteOptions, type StoreKind } from '../support/site.ts'
import { openRaw, type Raw } from './raw.ts'

export type AuditedSite = Site & {
  readonly raw: Raw
  /** So many entries `made:up`, sealed; `r1`, `r2` … are what they were about. */
  fill(count: number): Promise<void>
  verify(anchor?: readonly string[]): Promise<AuditReport>
  /** `kind position–to` of each fault. */
  faults(anchor?: readonly string[]): Promise<readonly string[]>
}

export const openAuditedSite = async (kind: StoreKind, options: SiteOptions = {}): Promise<AuditedSite> => {
  const site = await openSite(kind, options)
  const raw = await openRaw(site.database)
  let made = 0
  const verify = (anchor?: readonly string[]) => site.vigile.audit.verify(anchor ? { anchor } : {})
  return {
    ...site,
    raw,
    fill: async (count) => {
      for (let index = 0; index < count; index++) {
        made += 1
        await site.vigile.audit.record({ action: 'made:up', resource: 'Thing', resourceId: `r${made}` })
      }
      await verify()
    },
    verify,
    faults: async (anchor) =>
      (await verify(anchor)).faults.map(({ kind: what, position, to, id }) =>
        [what, position ?? id, to].filter((part) => part !== undefined).join(' '),
      ),
    close: async () => {
      await raw.close()
      await site.close()
    },
  }
}

/** Entries with a checkpoint for each: a minute passes between them. */
export const fillWithCheckpoints = async (site: AuditedSite, count: number) => {
  for (let index = 0; index < count; index++) {
    await site.fill(1)
    site.move(61_000)
    await site.verify()
  }
}
