// What is the same in every deployment. The application reads it, and so do `vigile doctor`, `vigile roles` and `vigile backup`.
import { discord } from '@vigile/engine'
import { permissions } from './permissions.ts'

export default {
  app: 'dashboard',
  name: 'Guild dashboard',
  permissions,
  roles: { user: ['guilds:read', 'announcements:create'] },
  // Access tokens are in answers and in the page's memory; the refresh token stays in its cookie.
  delivery: 'body',
  sessions: { accessLife: '15m', idleLife: '7d', absoluteLife: '30d' },
  // Discord, or the stand-in of this folder, which the dashboard starts for itself: a command beside it needs neither.
  ...(process.env.DISCORD_CLIENT_ID !== undefined && { providers: [discord({ site: process.env.DISCORD_SITE })] }),
  // The limits that the team wrote down. Five refreshes a minute for an address log out nobody, but make an office wait: Vigile's own
  // are 60 for each session.
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
