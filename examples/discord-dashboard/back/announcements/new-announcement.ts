import { IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator'

/** What a manager of a guild writes. HTML and link are kept as they were written, and made harmless where they are shown. */
export class NewAnnouncement {
  @IsString()
  @Length(1, 100)
  title!: string

  @IsString()
  @MaxLength(8_000)
  html!: string

  @IsOptional()
  @IsString()
  @MaxLength(500)
  link?: string
}

export class GuildId {
  @Matches(/^\d{1,20}$/)
  guildId!: string
}
