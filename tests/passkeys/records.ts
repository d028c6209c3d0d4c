// The record, as an auditor reads it.
import { openDatabase } from '../accounts/database.ts'
import type { Site } from '../support/site.ts'

export type Entry = {
  readonly userId: string | null
  readonly resourceId: string | null
  readonly details: Record<string, unknown>
}

/** The entries of an action, the newest first. */
export const auditOf = async (site: Pick<Site, 'database'>, action: string): Promise<readonly Entry[]> => {
  const database = await openDatabase(site)
  try {
    const rows = await database.run(`select * from audit_entries where action = '${action}' order by at desc, id`)
    return rows.map(({ user_id, resource_id, details }) => ({
      userId: user_id as string | null,
      resourceId: resource_id as string | null,
      details: JSON.parse(String(details)),
    }))
  } finally {
    await database.close()
  }
}
