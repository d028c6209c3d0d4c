// The browser's half of the session: kept alive while a page is open, in step with every other tab.
import { createClient } from '@vigile/client'

export const client = createClient({ app: 'catalogue' })
