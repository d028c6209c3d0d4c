import { type Because, en } from './en.ts'

/** The reason that an address gave, when it is one that we know: nothing else from an address is ever shown. */
export function knownBecause(text: string | null): Because | null {
  return text !== null && Object.hasOwn(en.because, text) ? (text as Because) : null
}
