import { Controller, Get, Inject } from '@nestjs/common'
import { CurrentUser, RequirePermission } from '@vigile/nest'
import { GuildsService } from './guilds.service.ts'

@Controller('guilds')
export class GuildsController {
  readonly #guilds: GuildsService

  constructor(@Inject(GuildsService) guilds: GuildsService) {
    this.#guilds = guilds
  }

  @RequirePermission('guilds:read')
  @Get()
  list(@CurrentUser() user: { id: string }) {
    return this.#guilds.of(user)
  }
}
