// The letters of a site in development, as their readers see them.
import type { Delivered, Vigile } from '@vigile/engine'
import { vi } from 'vitest'

/** The letter to somebody whose text has `part`, once one of these nodes has sent it: at once, or with the delivery every 5 s. */
export const letterTo = (nodes: readonly Vigile[], to: string, part: string): Promise<Delivered> =>
  vi.waitFor(() => {
    const letters = nodes.flatMap((node) => node.mailbox() ?? [])
    const letter = letters.find((one) => one.to === to && one.text.includes(part))
    if (!letter) throw new Error(`no letter to ${to} with ${part}`)
    return letter
  }, 20_000)

/** The token of the link in a letter. */
export const tokenIn = ({ text }: Pick<Delivered, 'text'>): string => {
  const token = /#([A-Za-z0-9_-]{43})\b/.exec(text)?.[1]
  if (token === undefined) throw new Error(`no link with a token in ${text}`)
  return token
}
