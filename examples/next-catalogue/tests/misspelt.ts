// A permission that was not declared does not compile: `tsc -p examples/next-catalogue` fails where one of these lines would.
import { checkPermission, requirePermission } from '@vigile/next'
import { auth } from '../lib/auth.ts'

export const misspelt = (request: Request) => [
  requirePermission(auth, 'products:publish'),
  // @ts-expect-error
  requirePermission(auth, 'products:publsih'),
  // @ts-expect-error
  checkPermission(auth, 'product:delete', { request }),
  // @ts-expect-error
  auth.hasPermission('someone', 'products:remove'),
]
