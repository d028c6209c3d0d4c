import { randomUUID } from 'node:crypto'
import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Inject,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common'
import type { Vigile } from '@vigile/engine'
import { CurrentUser, RequirePermission, VIGILE } from '@vigile/nest'
import { GuildsService } from '../guilds/guilds.service.ts'
import { ANNOUNCEMENTS, type Announcements } from './announcements.ts'
import { GuildId, NewAnnouncement } from './new-announcement.ts'

type Person = { readonly id: string; readonly name: string | null }

@Controller('guilds/:guildId/announcements')
export class AnnouncementsController {
  readonly #auth: Vigile
  readonly #guilds: GuildsService
  readonly #announcements: Announcements

  constructor(
    @Inject(VIGILE) auth: Vigile,
    @Inject(GuildsService) guilds: GuildsService,
    @Inject(ANNOUNCEMENTS) announcements: Announcements,
  ) {
    this.#auth = auth
    this.#guilds = guilds
    this.#announcements = announcements
  }

  @RequirePermission('guilds:read')
  @Get()
  async list(@Param() { guildId }: GuildId, @CurrentUser() user: Person) {
    const guild = await this.#guilds.one(user, guildId)
    if (!guild) throw new NotFoundException()
    return { guild, announcements: await this.#announcements.of(guildId) }
  }

  @RequirePermission('announcements:create')
  @Post()
  async create(@Param() { guildId }: GuildId, @Body() written: NewAnnouncement, @CurrentUser() user: Person) {
    const guild = await this.#guilds.one(user, guildId)
    if (!guild) throw new NotFoundException()
    // Vigile knows who it is; who manages a guild is Discord's to say.
    if (!guild.canManage) throw new ForbiddenException()
    const room = await this.#auth.limits.check(`announcements:${user.id}`, { limit: 10, windowSeconds: 60 })
    if (!room.allowed) throw new HttpException('Too many announcements', 429)
    const { title, html, link = null } = written
    const announcement = { id: randomUUID(), guildId, by: user.name ?? 'somebody', title, html, link, at: Date.now() }
    await this.#announcements.add(announcement)
    await this.#auth.audit.record({
      action: 'announcements:create',
      resource: 'Guild',
      resourceId: guildId,
      userId: user.id,
      details: { title },
    })
    return announcement
  }
}
