// A thief who lives off his copy as an ordinary client would.
import type { Token } from '../jar.ts'
import { minute, policy, second } from '../policy.ts'
import type { Hands } from './thief.ts'

export type Manner = {
  /** Tells the server that each new token arrived, with or without a false `settled`. */
  readonly acks?: 'plain' | 'settled'
  /** Asks again after a 409, as a client with a stale jar does. */
  readonly retry?: boolean
}

/** One refresh, in his manner; gives the token that he holds afterwards. */
export const once = async (hands: Hands, token: Token, { acks, retry = false }: Manner): Promise<Token> => {
  const settled = acks === 'settled'
  let outcome = await hands.refresh(token, { settled })
  if (outcome.refused && retry) outcome = await hands.refresh(token, { settled, retry })
  if (outcome.granted && acks) await hands.ack(outcome.token, settled)
  return outcome.token
}

/** Refreshes for ever: as often as tokens rotate, or as often as access tokens need it. */
export const pursue = async (hands: Hands, token: Token, manner: Manner, often = false): Promise<void> => {
  const { chance, pause } = hands
  const life = policy.accessSeconds * second
  for (let held = token; ; ) {
    held = await once(hands, held, manner)
    await pause(often ? policy.protocol.rotationMs + chance.around(second) : chance.between([life / 2, life - minute]))
  }
}
