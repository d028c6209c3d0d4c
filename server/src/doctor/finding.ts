// What a check says: how it stands, and what to do about it.
import type { Catalogue } from '../messages/catalogue.ts'
import type { Facts } from './facts.ts'

export type Status = 'pass' | 'warn' | 'fail'

/** `todo`: what to do; null where all is well. */
export type Verdict = { readonly status: Status; readonly text: string; readonly todo: string | null }

/** No verdict where the facts for it were not to be had: what kept them away is a finding of its own. */
export type Check = (facts: Facts, say: Catalogue['doctor']) => readonly Verdict[]

export const pass = (text: string): Verdict => ({ status: 'pass', text, todo: null })
export const warn = (text: string, todo: string): Verdict => ({ status: 'warn', text, todo })
export const fail = (text: string, todo: string): Verdict => ({ status: 'fail', text, todo })
