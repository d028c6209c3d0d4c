// The blocks in force: of the limits' store, and of the accounts'.
import { type Email, emailHash, parseEmail } from '../accounts/email.ts'
import { type Account, type AccountStore, maxFailuresInARow } from '../accounts/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import { pseudonym } from '../keys/pseudonym.ts'
import type { LimitStore, Wanted } from '../limits/store.ts'
import { parseUserId, type UserId } from '../primitives/ids.ts'
import { requireInteger } from '../primitives/require-integer.ts'
import { type Block, type Found, nameOf, partsOf, toBlock } from './block.ts'

export type FindBlocksDeps = {
  readonly accounts: Pick<AccountStore, 'findById' | 'findByEmailKey' | 'findMany' | 'listClosed'>
  readonly limits: Pick<LimitStore, 'listFull' | 'isShared'>
  /** What limits count an address by; null where the text is none. */
  readonly addressKeyOf: (text: string) => string | null
  readonly keyring: Pick<Keyring, 'newest'>
  /** False: a command, which sees no limits but those that are shared. */
  readonly isServer: boolean
}

/** Whose limits were looked at: those of all nodes, those of this node alone, or none (a command, where servers count in their memory). */
export type Sees = 'all_nodes' | 'this_node' | 'none'

export type BlocksFound = {
  readonly blocks: readonly Block[]
  /** There are more than were asked for. */
  readonly more: boolean
  readonly limits: Sees
}

const defaultLimit = 50
const maxLimit = 200
const maxText = 320

const seesLimits = ({ limits, isServer }: Pick<FindBlocksDeps, 'limits' | 'isServer'>): Sees =>
  limits.isShared ? 'all_nodes' : isServer ? 'this_node' : 'none'

/** Those of one address, account, email or session, or all: closed sign-ins first, then those that end last. Throws RangeError for a `who` or `limit` that can't be one. */
export const findBlocks = async (
  deps: FindBlocksDeps,
  input: { readonly who?: string; readonly limit?: number } = {},
): Promise<BlocksFound> => {
  const limit = requireInteger('limits.list: limit', input.limit ?? defaultLimit, { min: 1, max: maxLimit })
  const { who } = input
  if (who !== undefined && (who === '' || who.length > maxText))
    throw new RangeError(`limits.list: who is to have 1 to ${maxText} characters`)
  const asked = who === undefined ? null : await readWho(deps, who)
  const { account = null, hash = null } = asked ?? {}
  const whose = { ...(account && { userId: account.id }), ...(hash !== null && { emailHash: hash }) }
  const isOfNobody = asked !== null && account === null && hash === null
  const closed = isOfNobody ? [] : await deps.accounts.listClosed(asked === null ? null : whose, limit + 1)
  const full = await deps.limits.listFull(asked === null ? () => true : asked.wanted, limit + 1)
  const found: readonly Found[] = [
    ...closed.map((one) => ({ from: 'accounts', closed: one }) as const),
    ...full.map((one) => ({ from: 'limits', full: one }) as const),
  ]
  return {
    blocks: await present(deps, found.slice(0, limit), account),
    more: found.length > limit,
    limits: seesLimits(deps),
  }
}

/** With the emails of accounts that still have them. */
export const present = async (
  { accounts, keyring }: Pick<FindBlocksDeps, 'accounts' | 'keyring'>,
  found: readonly Found[],
  known: Account | null = null,
): Promise<readonly Block[]> => {
  const ids = found.map((one) => parseUserId(nameOf(one).userId ?? '')).filter((one): one is UserId => one !== null)
  const read = ids.length === 0 ? [] : await accounts.findMany([...new Set(ids)])
  const all = known === null ? read : [...read, known]
  return found.map((one) => toBlock((text) => pseudonym(keyring, text), one, maxFailuresInARow, all))
}

const readWho = async ({ accounts, addressKeyOf }: FindBlocksDeps, who: string) => {
  const email: Email | null = parseEmail(who)
  const id = parseUserId(who)
  const account = email ? await accounts.findByEmailKey(email.key) : id ? await accounts.findById(id) : null
  const key = account?.emailKey ?? email?.key
  const hash = key === undefined ? null : emailHash({ key })
  const names = [hash, account?.id, id].filter((one) => one != null)
  const addressKey = addressKeyOf(who)
  const wanted: Wanted = (one) =>
    one.key === who ||
    one.key === addressKey ||
    (one.name !== 'application' && partsOf(one.key).some((part) => names.includes(part as never))) ||
    (account !== null && one.userId === account.id)
  return { account, hash, wanted }
}
