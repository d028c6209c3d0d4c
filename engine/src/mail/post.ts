// Letters are put into the outbox in the transaction of the act that they tell of: written with it, or not at all. They go out
// afterwards, and a node that dies in between loses none.

import type { Keyring } from '../keys/keyring.ts'
import { seal } from '../keys/seal.ts'
import type { UserId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'
import type { Letter, LetterContent } from './letter.ts'
import type { OutboxStore } from './store.ts'

/** What a letter is sealed for: links in it are secrets until they are used. */
export const sealContext = (id: string): string => `outbox ${id}`

/**
 * Puts a letter into the outbox. After `expiresAt` (epoch milliseconds) it is of no use to anybody, and no longer sent.
 */
export const postLetter = async (
  { keyring }: { readonly keyring: Pick<Keyring, 'newest'> },
  outbox: OutboxStore,
  given: {
    readonly kind: LetterContent['kind']
    readonly letter: Letter
    /** Whose letter it is, where they have an account: theirs to see, and gone with it. */
    readonly userId?: UserId | null
    /** Of an address that has no account: the same work, and nothing that is sent (S-13). */
    readonly forNobody?: boolean
    readonly now: number
    readonly expiresAt: number
  },
): Promise<void> => {
  const { kind, letter, userId = null, forNobody = false, now, expiresAt } = given
  const id = randomToken(16)
  const sealed = seal(keyring.newest(), sealContext(id), JSON.stringify(letter))
  await outbox.insert({ id, kind, userId, sealed: forNobody ? null : sealed, now, expiresAt })
}
