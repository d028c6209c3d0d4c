// Who is refused by a limit, for administrators.
import { findBlocks } from '../blocks/find-blocks.ts'
import { type LiftBlockDeps, liftBlock } from '../blocks/lift-block.ts'
import { actorOf, type RecordLook, refused } from './administration.ts'
import type { Call } from './call.ts'
import { answer, type Outcome } from './outcome.ts'
import type { PermittedSession } from './permitted.ts'
import type { InputOf } from './read-input.ts'

export const createBlockHandlers = (deps: LiftBlockDeps & { readonly recordLook: RecordLook }) => ({
  list: async (call: Call, as: PermittedSession, { query }: InputOf<'blocks'>): Promise<Outcome> => {
    const { who, limit } = query
    const found = await findBlocks(deps, { ...(who !== undefined && { who }), ...(limit !== undefined && { limit }) })
    // They tell of people's addresses.
    await deps.recordLook(call, as, 'limit:list')
    return answer(200, { json: found })
  },

  lift: async (call: Call, as: PermittedSession, { params }: InputOf<'liftBlock'>): Promise<Outcome> => {
    const lifted = await liftBlock(deps, params.id, actorOf(call, as))
    return lifted.ok ? answer(204) : refused(lifted)
  },
})
