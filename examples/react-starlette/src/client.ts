import { createClient } from '@vigile/client'

/** Once for the page, outside React. Names and delivery are those of server/auth.ts. */
export const client = createClient({ app: 'hours', delivery: 'body' })
