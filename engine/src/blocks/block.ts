// A block: a limit that is reached, or a sign-in that a hundred failures closed (LIM-6, LIM-7), and whose it is.
import { isIP } from 'node:net'
import { emailHash } from '../accounts/email.ts'
import type { Account, Closed } from '../accounts/store.ts'
import type { RuleName } from '../limits/rules.ts'
import type { FullCount } from '../limits/store.ts'
import { parseSessionId } from '../primitives/ids.ts'

export type BlockKind = 'address' | 'account' | 'browser' | 'email' | 'session' | 'application'

export type Block = {
  readonly id: string
  readonly rule: RuleName | 'application'
  /** True: too many have failed in a row, and only proof of the mailbox opens it, or an operator. */
  readonly closed: boolean
  /** Who is refused. `browser`: one that the account knows; strangers are counted apart. `email`: no account has it. */
  readonly kind: BlockKind
  /** The address or its /64, the account's email, the session's id, the application's key. Of an email that no account has, what the record has of it. */
  readonly whose: string
  readonly userId: string | null
  readonly count: number
  readonly limit: number
  /** Epoch milliseconds; null where time does not end it. */
  readonly until: number | null
}

/** What is in force, as the stores know it. */
export type Found =
  | { readonly from: 'limits'; readonly full: FullCount }
  | { readonly from: 'accounts'; readonly closed: Closed }

/** What it is counted by. */
export const nameOf = (found: Found): { readonly key: string; readonly userId: string | null } =>
  found.from === 'limits' ? found.full : { key: found.closed.name, userId: found.closed.userId }

/** Names something without telling of it. */
type Name = (text: string) => string

/** Tells nothing of whose it is: ids are part of addresses, which others log. */
export const idOfFull = (name: Name, full: Pick<FullCount, 'name' | 'key'>): string =>
  name(`limit ${full.name} ${full.key}`)
export const idOfClosed = (name: Name, closed: Pick<Closed, 'name'>): string => name(`closed ${closed.name}`)

const wholeHash = /^[0-9a-f]{64}$/
const isAddress = (key: string) => isIP(key) > 0 || /^[0-9a-f:]+::\/64$/.test(key)

/** The parts of a key: a purpose, an email's hash or an id, a browser's hash. */
export const partsOf = (key: string): readonly string[] => key.split(/[ .]/)

const closedRule = (name: string): RuleName => {
  const isBrowser = name.includes('.')
  if (name.startsWith('totp ')) return isBrowser ? 'secondFactorDevice' : 'secondFactor'
  return isBrowser ? 'signInDevice' : 'signInAccount'
}

/** `accounts`: those that may be told of, by id or by the email that the key is a hash of. */
export const toBlock = (name: Name, found: Found, limit: number, accounts: readonly Account[]): Block => {
  const facts =
    found.from === 'limits'
      ? {
          id: idOfFull(name, found.full),
          rule: found.full.name as RuleName | 'application',
          closed: false,
          count: found.full.used,
          limit: found.full.limit,
          until: found.full.until,
        }
      : {
          id: idOfClosed(name, found.closed),
          rule: closedRule(found.closed.name),
          closed: true,
          count: found.closed.failed,
          limit,
          until: null,
        }
  const { key, userId } = nameOf(found)
  const block = (kind: BlockKind, whose: string, of: string | null = null): Block => ({
    ...facts,
    kind,
    whose,
    userId: of,
  })
  if (facts.rule === 'application') return block('application', key)
  if (isAddress(key)) return block('address', key)
  const parts = partsOf(key)
  // What comes after a full stop stands for a browser.
  const hash = key
    .split('.', 1)[0]
    ?.split(' ')
    .find((part) => wholeHash.test(part))
  // An account that has another email now is not the one that this is about.
  const account = hash
    ? accounts.find(({ emailKey }) => emailHash({ key: emailKey }) === hash)
    : accounts.find((one) => one.id === userId)
  const isBrowser = key.includes('.')
  if (account) return block(isBrowser ? 'browser' : 'account', account.email, account.id)
  if (hash) return block('email', name(hash))
  if (userId !== null) return block(isBrowser ? 'browser' : 'account', userId, userId)
  return block('session', parseSessionId(parts[0] ?? '') ?? name(key))
}
