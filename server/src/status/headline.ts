// What the page says first: in one sentence what does not work, in another what that means for who reads it.
import type { StatusPart, StatusReport } from '@vigile/engine'
import type { Catalogue } from '../messages/catalogue.ts'

export type Headline = {
  readonly title: string
  readonly lead: string
  readonly state: 'up' | 'degraded' | 'down' | 'unknown'
}

export const headlineOf = ({ parts }: Pick<StatusReport, 'parts'>, words: Catalogue['status']): Headline => {
  const { headlines, leads } = words
  const stateOf = (id: string) => parts.find((part) => part.id === id)?.state
  const signIn = stateOf('sign-in') ?? null
  if (signIn === 'down') return { state: 'down', title: headlines.signInDown, lead: leads.signInDown }
  if (signIn === null) return { state: 'unknown', title: headlines.unknown, lead: leads.unknown }

  const isDown = (part: StatusPart): part is StatusPart & { name: string } =>
    part.state === 'down' && part.name !== null
  const down = parts.filter(isDown).map(({ name }) => name)
  const isSlow = signIn === 'degraded'
  const isLate = stateOf('email') === 'degraded'
  const lead = [
    ...(down.length > 0 ? [leads.providersDown] : []),
    ...(isSlow ? [leads.signInDegraded] : []),
    ...(isLate ? [leads.emailDegraded] : []),
  ].join(' ')
  if (down.length > 0) return { state: 'degraded', title: headlines.providersDown(words.and(down)), lead }
  if (isSlow || isLate) return { state: 'degraded', title: headlines.degraded, lead }
  return { state: 'up', title: headlines.up, lead: leads.up }
}
