// Compiled with the rest, and called by nobody: a permission that nobody declared does not compile.
import { RequirePermission } from '@vigile/nest'
import { auth } from './auth.ts'

export const misspelt = (request: Request) => [
  // @ts-expect-error: approve
  RequirePermission('invoices:aprove'),
  // @ts-expect-error: approve
  auth.requirePermission(request, 'invoices:aprove'),
]
