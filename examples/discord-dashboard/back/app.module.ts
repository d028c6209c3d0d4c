import { Module } from '@nestjs/common'
import { VigileModule } from '@vigile/nest'
import { AnnouncementsController } from './announcements/announcements.controller.ts'
import { ANNOUNCEMENTS, openAnnouncements } from './announcements/announcements.ts'
import { auth } from './auth.ts'
import { environment } from './environment.ts'
import { GuildsController } from './guilds/guilds.controller.ts'
import { GuildsService } from './guilds/guilds.service.ts'
import { StatusController } from './status.controller.ts'

@Module({
  // Every route takes a session from here on, but those that say `@Public()`.
  imports: [VigileModule.forRoot(auth)],
  controllers: [GuildsController, AnnouncementsController, StatusController],
  providers: [GuildsService, { provide: ANNOUNCEMENTS, useFactory: () => openAnnouncements(environment.database) }],
})
export class AppModule {}
