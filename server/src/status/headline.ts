// What the page says first: in one sentence what does not work, in another what that means for who reads it.
import type { StatusPart, StatusReport } from '@vigile/engine'
import type { Catalogue } from '../messages/catalogue.ts'

export type Headline = {
  readonly title: string
  readonly lead: string
  readonly state: 'up' | 'degraded' | 'down' | 'unknown'
}

export const headlineOf = (
  { parts, state }: Pick<StatusReport, 'parts' | 'state'>,
  words: Catalogue['status'],
): Headline => {
  const { headlines, leads } = words
  const isDegraded = (id: string) => parts.some((part) => part.id === id && part.state === 'degraded')
  if (state === null) return { state: 'unknown', title: headlines.unknown, lead: leads.unknown }
  if (state === 'up') return { state, title: headlines.up, lead: leads.up }
  if (state === 'down') return { state, title: headlines.signInDown, lead: leads.signInDown }

  const isDown = (part: StatusPart): part is StatusPart & { name: string } =>
    part.state === 'down' && part.name !== null
  const down = parts.filter(isDown).map(({ name }) => name)
  const lead = [
    ...(down.length > 0 ? [leads.providersDown] : []),
    ...(isDegraded('sign-in') ? [leads.signInDegraded] : []),
    ...(isDegraded('email') ? [leads.emailDegraded] : []),
  ].join(' ')
  return { state, title: down.length > 0 ? headlines.providersDown(words.and(down)) : headlines.degraded, lead }
}
