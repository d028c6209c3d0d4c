// What is the same in every deployment. The application reads it, and so do `vigile doctor`, `vigile roles` and `vigile backup`.
import { definePermissions, discord } from '@vigile/engine'

export const permissions = definePermissions({ guilds: ['read'], announcements: ['create'] })

export default {
  app: 'dashboard',
  name: 'Guild dashboard',
  permissions,
  roles: { user: ['guilds:read', 'announcements:create'] },
  // Access tokens are in answers and in the page's memory; the refresh token stays in its cookie.
  delivery: 'body',
  sessions: { accessLife: '15m', idleLife: '7d', absoluteLife: '30d' },
  // Discord alone, or the stand-in of this folder.
  providers: [discord({ site: process.env.DISCORD_SITE })],
  // The limits that this team wrote down. Vigile's own for refreshes is 60 a minute for each session: five for an address log out nobody, but
  // an office waits.
  ...(process.env.LIMITS === 'b' && {
    limits: {
      rules: {
        refreshIp: { limit: 5, windowSeconds: 60 },
        exchangeIp: { limit: 10, windowSeconds: 60 },
        signOut: { limit: 20, windowSeconds: 60 },
      },
    },
  }),
} as const
