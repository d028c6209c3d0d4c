// Lifting a block: on record with who did it, or it is not done.

import type { AccountStore } from '../accounts/store.ts'
import { type AnyActor, contextOf, nameActor } from '../audit/actor.ts'
import { auditEntry } from '../audit/entry.ts'
import { pseudonym } from '../keys/pseudonym.ts'
import { type LimitStore, maxListed } from '../limits/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import { type ActorRefused, type NotFound, notFound, type RoleActStores } from '../roles/act-on-roles.ts'
import { refuseUnlessHeld } from '../roles/refuse-unless-held.ts'
import { type Block, type Found, idOfClosed, idOfFull } from './block.ts'
import { type FindBlocksDeps, present } from './find-blocks.ts'

export type LiftBlockDeps = FindBlocksDeps & {
  readonly limits: Pick<LimitStore, 'lift'>
  readonly transact: Transact<
    Pick<RoleActStores, 'sessions' | 'roles' | 'audit'> & {
      accounts: RoleActStores['accounts'] & Pick<AccountStore, 'openClosed'>
    }
  >
  readonly clock: Clock
}

export type Lifted = { readonly ok: true; readonly value: Block } | ActorRefused | NotFound

/** Refuses `not_found`: there is no such block, or it is over. Throws where the limits are out of reach: nothing was lifted then. */
export const liftBlock = async (deps: LiftBlockDeps, id: string, by: AnyActor): Promise<Lifted> => {
  const found = await findBlock(deps, id)
  const [block] = found ? await present(deps, [found]) : []
  if (!found || !block) return notFound
  const refusal = await deps.transact(async (stores) => {
    const denied = await refuseUnlessHeld(stores, by, 'system:admin')
    if (denied) return denied
    // Of two who open it at once, one did.
    if (found.from === 'accounts' && !(await stores.accounts.openClosed(found.closed.name))) return notFound
    await stores.audit.append([entryOf(block, by, deps.clock.now())])
    return null
  })
  if (refusal) return refusal
  // After the commit, for limits can't take part in it: what was lifted is on record, though not all on record was lifted.
  if (found.from === 'limits' && !(await deps.limits.lift(found.full.name, found.full.key))) return notFound
  return { ok: true, value: block }
}

const findBlock = async ({ accounts, limits, keyring }: LiftBlockDeps, id: string): Promise<Found | null> => {
  const name = (text: string) => pseudonym(keyring, text)
  const closed = (await accounts.listClosed(null, maxListed)).find((one) => idOfClosed(name, one) === id)
  if (closed) return { from: 'accounts', closed }
  const [full] = await limits.listFull((one) => idOfFull(name, one) === id, 1)
  return full ? { from: 'limits', full } : null
}

/** The email of an account is not for the record, which outlives it, nor what is made of it: the account's id is. */
const entryOf = ({ id, kind, whose, userId, ...before }: Block, by: AnyActor, at: number) =>
  auditEntry(contextOf(by), {
    action: 'limit:lift',
    at,
    userId,
    resource: 'limit',
    ...(userId === null && { resourceId: id }),
    details: { by: nameActor(by), kind, ...(userId === null && { whose }), before, after: null },
  })
