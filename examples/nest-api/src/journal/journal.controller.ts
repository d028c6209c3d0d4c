// Step 10: who did what, for whoever may read it. The same log as `vigile audit`, sign-ins and refusals among it.
import { Controller, Get } from '@nestjs/common'
import { RequirePermission } from '@vigile/nest'
import { auth } from '../auth.ts'

/** An invoice as people call it: `NP-2041`. */
const referenceOf = ({ after }: Readonly<Record<string, unknown>>): string | null =>
  after instanceof Object && 'reference' in after ? String(after.reference) : null

@Controller('api/journal')
export class JournalController {
  @RequirePermission('audit:read')
  @Get()
  async latest() {
    const { entries } = await auth.audit.search({ limit: 20 })
    const people = new Map<string, string>()
    for (const { userId } of entries)
      if (userId && !people.has(userId)) people.set(userId, (await auth.users.find(userId))?.email ?? userId)
    return entries.map(({ at, userId, action, resourceId, ip, details }) => ({
      at,
      who: userId && people.get(userId),
      action,
      resourceId,
      what: referenceOf(details) ?? resourceId,
      ip,
      details,
    }))
  }
}
