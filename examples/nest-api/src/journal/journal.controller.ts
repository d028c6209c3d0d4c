// Step 10: who did what, for whoever may read it. The same log as `vigile audit`, sign-ins and refusals among it.
import { Controller, Get } from '@nestjs/common'
import { RequirePermission } from '@vigile/nest'
import { auth } from '../auth.ts'

@Controller('api/journal')
export class JournalController {
  @RequirePermission('audit:read')
  @Get()
  async latest() {
    const { entries } = await auth.audit.search({ limit: 20 })
    return entries.map(({ at, action, resourceId, ip, details }) => ({ at, action, resourceId, ip, details }))
  }
}
