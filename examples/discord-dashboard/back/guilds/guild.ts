// A guild, as far as this dashboard shows it: read from Discord's answer as from any other input.

export type Guild = {
  readonly id: string
  readonly name: string
  readonly icon: string | null
  readonly canManage: boolean
}

const snowflake = /^\d{1,20}$/
const iconHash = /^[a-z0-9_]{1,64}$/i
/** https://discord.com/developers/docs/topics/permissions: ADMINISTRATOR and MANAGE_GUILD. */
const managing = 0x8n | 0x20n

/** What is no guild is left out; a user has 200 at most. */
export const guildsOf = (answer: unknown): readonly Guild[] =>
  Array.isArray(answer) ? answer.slice(0, 200).flatMap(guildOf) : []

const guildOf = (one: unknown): Guild[] => {
  const { id, name, icon, owner, permissions } = (one ?? {}) as Readonly<Record<string, unknown>>
  if (typeof id !== 'string' || !snowflake.test(id) || typeof name !== 'string') return []
  const bits = typeof permissions === 'string' && snowflake.test(permissions) ? BigInt(permissions) : 0n
  const hasIcon = typeof icon === 'string' && iconHash.test(icon)
  return [
    {
      id,
      name: name.slice(0, 100),
      icon: hasIcon ? `https://cdn.discordapp.com/icons/${id}/${icon}.png?size=64` : null,
      canManage: owner === true || (bits & managing) !== 0n,
    },
  ]
}
