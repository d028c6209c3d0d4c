import { handlers } from '@vigile/next'
import { auth } from '../../../../lib/auth.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handlers(auth)
