// Compiled with the rest, and called by nobody: a permission that nobody declared does not compile.
import { can, injectAuth } from '@vigile/angular'

export const misspelt = () => [
  // @ts-expect-error: read
  can('guilds:raed'),
  // @ts-expect-error: guilds
  injectAuth()().can('guild:read'),
]
