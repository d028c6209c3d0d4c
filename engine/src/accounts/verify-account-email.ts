import type { Actor } from '../audit/actor.ts'
import type { UserId } from '../primitives/ids.ts'
import { type AccountActDeps, announceAccount, entryOf, type NotFound, notFound } from './acts-on-accounts.ts'
import { emailHash } from './email.ts'

/**
 * Says that the mailbox is the user's. It stands for the proof of the mailbox that opens a closed sign-in again (LIM-7), so
 * it is on record even where the email was verified before.
 */
export const verifyAccountEmail = async (
  deps: AccountActDeps,
  id: UserId,
  by: Actor,
): Promise<{ readonly ok: true; readonly value: undefined } | NotFound> => {
  const act = { id, by, now: deps.clock.now() }
  const found = await deps.transact(async ({ accounts, audit }) => {
    await accounts.setEmailVerified(id, act.now)
    const account = await accounts.findById(id)
    if (!account) return false
    await accounts.clearUnknownDeviceAttempts(emailHash({ key: account.emailKey }))
    await audit.append([entryOf('user:verify-email', act)])
    return true
  })
  if (!found) return notFound
  await announceAccount(deps, id, [])
  return { ok: true, value: undefined }
}
