// Problems 7, 8 and 9: guilds come from Discord through Vigile, which retries, caches, and gives old ones while Discord is down.
import { Inject, Injectable } from '@nestjs/common'
import { parseUserId, type Vigile } from '@vigile/engine'
import { VIGILE } from '@vigile/nest'
import { type Guild, guildsOf } from './guild.ts'

/**
 * `fresh` and `old` have guilds, `old` from before Discord went down. `consent_needed`: Discord's tokens are dead, and only signing in with it
 * again helps. `unavailable`: Discord does not answer, and nothing is known from before.
 */
export type GuildList = {
  readonly state: 'fresh' | 'old' | 'consent_needed' | 'unavailable'
  readonly guilds: readonly Guild[]
  /** Epoch milliseconds: when Discord was asked. */
  readonly asOf: number | null
}

@Injectable()
export class GuildsService {
  readonly #auth: Vigile

  constructor(@Inject(VIGILE) auth: Vigile) {
    this.#auth = auth
  }

  async of(user: { readonly id: string }): Promise<GuildList> {
    const id = parseUserId(user.id)
    if (id === null) throw new Error('a user without an id')
    const answer = await this.#auth.connections.read(id, 'discord', 'guilds')
    if (answer.ok)
      return { state: answer.isStale ? 'old' : 'fresh', guilds: guildsOf(answer.value), asOf: answer.fetchedAt }
    const isDead = answer.error === 'consent_needed' || answer.error === 'not_linked'
    return { state: isDead ? 'consent_needed' : 'unavailable', guilds: [], asOf: null }
  }

  /** A guild of theirs; undefined: they are no member, as far as is known. */
  async one(user: { readonly id: string }, guildId: string): Promise<Guild | undefined> {
    const { guilds } = await this.of(user)
    return guilds.find(({ id }) => id === guildId)
  }
}
