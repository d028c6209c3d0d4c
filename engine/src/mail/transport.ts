import type { Message } from './letter.ts'

/**
 * `refused`: the mail server says never (a permanent fault, RFC 5321 section 4.2.1). `put_off`: not now, because of this one receiver
 * (a transient fault). What else may pass later rejects.
 */
export type Handed = { readonly outcome: 'sent' } | { readonly outcome: 'refused' | 'put_off'; readonly why: string }

/** Takes a message over. `id` is the same at each try, so that a mail server may know what it has had. */
export type Transport = {
  send(message: Message, id: string): Promise<Handed>
  /** Gets as far as it can without a letter: name and password included. Rejects with what is in the way. */
  check(): Promise<void>
  close(): void
}
