// Mail of a site in development: it goes nowhere, and can be read.
import type { Message } from './letter.ts'
import type { Transport } from './transport.ts'

/** What is kept; older letters make room. */
const maxLetters = 100

export type Delivered = Message & { readonly id: string }

export type Mailbox = Transport & {
  /** The newest first. */
  letters(): readonly Delivered[]
}

export const createMailbox = (): Mailbox => {
  let kept: readonly Delivered[] = []
  return {
    send: async (message, id) => {
      kept = [{ ...message, id }, ...kept].slice(0, maxLetters)
      return { outcome: 'sent' }
    },
    check: async () => {},
    letters: () => kept,
    close: () => {},
  }
}
