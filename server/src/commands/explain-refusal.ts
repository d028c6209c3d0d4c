// Why the engine did not create a user, in the reader's words.
import type { Vigile } from '@vigile/engine'
import type { Catalogue } from '../messages/catalogue.ts'

export type CreateRefusal = Extract<Awaited<ReturnType<Vigile['users']['create']>>, { ok: false }>
type PasswordFault = Extract<CreateRefusal, { error: 'weak_password' }>['faults'][number]

export const explainRefusal = (refusal: CreateRefusal, messages: Catalogue): string => {
  const { refused } = messages.users
  if (refusal.error !== 'weak_password') return refused[refusal.error]
  return refused.weak_password(refusal.faults.map((fault) => explainFault(fault, messages)).join(', '))
}

const explainFault = (fault: PasswordFault, { users }: Catalogue): string => {
  const { passwordFaults: say } = users
  switch (fault.code) {
    case 'too_short':
      return say.too_short(fault.minimum)
    case 'too_long':
      return say.too_long(fault.maximum)
    case 'own_words':
      return say.own_words(fault.word)
    case 'common':
    case 'breached':
    case 'not_text':
      return say[fault.code]()
  }
}
