import type { Trouble } from '../forms/trouble.ts'
import type { WhyNot } from './ceremony.ts'

/** What to say where the browser gave no passkey. */
export const whyNot = (why: WhyNot): Trouble<never> => ({
  fields: {},
  notice: (say) => say(`passkeys.why.${why}`),
  againAt: null,
})
