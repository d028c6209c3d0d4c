// The engine on a database that came out of a backup. It has the secrets, and nothing that reaches out: no mail server, no
// provider, no webhook, no anchor. What waits in that database was sent long ago.
import type { Vigile, VigileOptions } from '@vigile/engine'

/** `server`: does all that a node does, for a database that nobody else has. */
export type OpenEngine = (database: string, role: 'server' | 'command') => Vigile

export const publicUrl = 'http://localhost:3000'

export const engineOn =
  (
    createVigile: (options: VigileOptions) => Vigile,
    { secrets, log }: Pick<VigileOptions, 'secrets' | 'log'>,
  ): OpenEngine =>
  (database, role) =>
    createVigile({ publicUrl, secrets, database, log, production: false, role })
