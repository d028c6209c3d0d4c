// What there is to be permitted. Both ends are compiled with it: a misspelt permission compiles in neither.
import { definePermissions } from '@vigile/engine'

export const permissions = definePermissions({ guilds: ['read'], announcements: ['create'] })

declare module '@vigile/contract' {
  interface Register {
    permissions: typeof permissions
  }
}
