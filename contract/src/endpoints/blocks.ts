// Who is refused by a limit, for operators.
import { blockIdParam, blocksQuery, blocksSchema } from '../schemas/blocks.ts'
import { emptyBody } from '../schemas.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const blocksEndpoints = {
  blocks: {
    method: 'GET',
    path: '/api/admin/limits',
    summary: 'Who is refused now: limits that are reached, sign-ins that a hundred failures closed',
    query: blocksQuery,
    answers: { 200: json(blocksSchema, 'Closed sign-ins first, then those that end last.') },
    refuses: refusedBy.permitted,
  },
  liftBlock: {
    method: 'DELETE',
    path: '/api/admin/limits/{id}',
    summary: 'Lift a block',
    params: blockIdParam,
    body: emptyBody,
    answers: { 204: nothing('It is lifted, and on record.') },
    refuses: [...refusedBy.permittedChange, 'not_found'],
  },
} as const satisfies Record<string, Endpoint>
