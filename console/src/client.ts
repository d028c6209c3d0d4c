// The page's one client. Its messages come in the page's language.
import { createClient } from '@vigile/client'
import { settings } from './settings.ts'

export const client = createClient(settings)
