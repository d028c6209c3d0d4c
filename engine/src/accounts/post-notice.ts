// Letters that tell an owner what has happened to the account, with the way to say "this was not me" (S-16, ACC-8).
import type { Locale } from '@vigile/contract'
import type { Context } from '../audit/entry.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { FactorName, Notice } from '../mail/letter.ts'
import { postLetter } from '../mail/post.ts'
import type { OutboxStore } from '../mail/store.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { UserId } from '../primitives/ids.ts'
import type { TotpFactor } from '../second-factor/store.ts'
import { describeDevice } from '../sessions/present-session.ts'
import type { Account } from './store.ts'

/** The letter is worth sending for so long. */
const noticeLifeMs = 3 * 86_400_000

/** What the token of "this was not me" is about. `since`: what came then or later was not the owner's. `to`: who was told. `formerApp`: the authenticator app that was replaced, its secret sealed as it was. */
export type ToldOf = {
  readonly kind: Notice['kind']
  readonly factor?: FactorName
  readonly since: number
  readonly to: string
  readonly formerApp?: Omit<TotpFactor, 'userId'>
}

/**
 * Whoever does one thing again and again fills no mailbox. Things of different kinds are counted apart, so that no flood of one hides
 * another, and so is each address that an account has had.
 */
const maxOfAKindAnHour = 5

const isLikeOthers = async (
  oneTimeTokens: OneTimeTokenStore,
  userId: UserId,
  { kind, factor, to, since }: ToldOf,
): Promise<boolean> => {
  const abouts = await oneTimeTokens.aboutsSince(userId, 'not_me', since - 3_600_000)
  const told = abouts.flatMap((about) => (about === null ? [] : [JSON.parse(about) as ToldOf]))
  return told.filter((one) => one.kind === kind && one.factor === factor && one.to === to).length >= maxOfAKindAnHour
}

/**
 * Posts a security letter in the transaction of the act that it tells of, to the address that the account has in `account`
 * (before the act, where that changes it). After the commit call `mailPosted`. `now`: the time of the act, which the link
 * takes for the moment since when it was not the owner; epoch milliseconds. `locale`: of
 * the reader, where the account has none; default: that of the request. Gives whether a letter is posted: not the sixth that tells of
 * the same within an hour, unless a link of the others was used.
 *
 * @example
 * await deps.transact(async ({ passkeys, oneTimeTokens, outbox, audit }) => {
 *   await passkeys.insert(passkey)
 *   await postNotice(deps, { oneTimeTokens, outbox }, { notice: { kind: 'factor_added', factor: 'passkey' }, account, now, context })
 * })
 * deps.mailPosted()
 */
export const postNotice = async (
  deps: { readonly keyring: Pick<Keyring, 'newest'> },
  { oneTimeTokens, outbox }: { readonly oneTimeTokens: OneTimeTokenStore; readonly outbox: OutboxStore },
  input: {
    readonly notice: Notice
    readonly account: Pick<Account, 'id' | 'email' | 'emailKey' | 'locale'>
    readonly now: number
    readonly context: Context
    readonly locale?: Locale
    readonly formerApp?: ToldOf['formerApp']
  },
): Promise<boolean> => {
  const { notice, account, now, context, locale = context.locale ?? 'en', formerApp } = input
  const { kind } = notice
  const { id: userId, emailKey } = account
  const factor = 'factor' in notice && { factor: notice.factor }
  const about: ToldOf = { kind, ...factor, since: now, to: account.email, ...(formerApp && { formerApp }) }
  if (await isLikeOthers(oneTimeTokens, userId, about)) return false
  const { token } = await issueToken(oneTimeTokens, {
    purpose: 'not_me',
    userId,
    emailKey,
    about: JSON.stringify(about),
    now,
  })
  const circumstances = { at: now, ip: context.ip, ...describeDevice(context.userAgent) }
  const letter = {
    to: account.email,
    locale: account.locale ?? locale,
    content: { ...notice, token, circumstances },
  }
  await postLetter(deps, outbox, { kind, letter, userId, now, expiresAt: now + noticeLifeMs })
  return true
}
