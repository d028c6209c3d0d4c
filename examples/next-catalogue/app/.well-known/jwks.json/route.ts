import { handlers } from '@vigile/next'
import { auth } from '../../../lib/auth.ts'

export const { GET, HEAD, OPTIONS } = handlers(auth)
