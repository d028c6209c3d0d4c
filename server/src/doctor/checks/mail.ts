// Links and notices that don't arrive: nobody can prove a mailbox, nobody learns of a stolen account.
import { lateLetterMs } from '@vigile/engine'
import type { Catalogue } from '../../messages/catalogue.ts'
import { type Check, fail, pass, type Verdict, warn } from '../finding.ts'
import { stateOf } from './inside.ts'
import { seenOf } from './seen.ts'

/** Of a day's letters: people mistype their address; that many don't. The alert rule has the same. */
const failPart = 0.2
const warnPart = 0.02
const failLeast = 3

export const checkMail: Check = (facts, { mail: say }) => {
  const state = stateOf(facts)
  if (!state || !facts.inside) return []
  if (!facts.inside.hasMailServer) return [fail(say.none, say.set)]
  // Of the node that answered, which has tried.
  if (seenOf(facts)?.parts.mail === 'degraded') return [fail(say.refused, say.todo)]
  const minutes = Math.floor(state.mailOldestSeconds / 60)
  const found = [
    ...(state.mailAway === null ? [] : [fail(say.away(state.mailAway), say.todo)]),
    ...(state.mailOldestSeconds * 1000 > lateLetterMs ? [fail(say.waits(minutes), say.todo)] : []),
    ...bounced(state.letters, say),
  ]
  return found.length > 0 ? found : [pass(say.good)]
}

const bounced = (
  { sent, refused }: { readonly sent: number; readonly refused: number },
  say: Catalogue['doctor']['mail'],
): readonly Verdict[] => {
  const part = refused / Math.max(1, sent + refused)
  if (part < warnPart) return []
  const verdict = part >= failPart && refused >= failLeast ? fail : warn
  return [verdict(say.bounced(refused, sent + refused), say.lookWhy)]
}
