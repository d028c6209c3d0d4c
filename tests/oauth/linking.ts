// Accounts at providers that people connect, as the account page does.
import { type Walk, walk } from '../providers/walk.ts'
import type { Reply, Visitor } from '../support/visitor.ts'
import { landing, type ProviderId, pathOf } from './provider-site.ts'

export const beginLink = (visitor: Visitor, provider: ProviderId = 'discord'): Promise<Reply> =>
  visitor.post(`/api/auth/oauth/${provider}/link`, { returnTo: '/account' })

/** Up to the page that asks whether it is to be connected. */
export const toLinkHandle = async (visitor: Visitor, provider?: ProviderId, person: Walk = {}): Promise<string> => {
  const begun = await beginLink(visitor, provider)
  if (begun.status !== 200) throw new Error(`${begun.status} ${begun.text}`)
  const back = await visitor.get(pathOf(await walk(begun.body.location, person)))
  return landing(back).searchParams.get('link') ?? ''
}

export const offer = (visitor: Visitor, handle: string): Promise<Reply> =>
  visitor.post('/api/auth/identities/offer', { handle })

export const link = (visitor: Visitor, handle: string): Promise<Reply> =>
  visitor.post('/api/auth/identities', { handle })

/** The whole way; gives the id of what is connected now. */
export const linkWith = async (visitor: Visitor, provider?: ProviderId, person?: Walk): Promise<string> => {
  const reply = await link(visitor, await toLinkHandle(visitor, provider, person))
  if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`)
  return reply.body.identity.id
}

export const unlink = (visitor: Visitor, id: string): Promise<Reply> =>
  visitor.send('DELETE', `/api/auth/identities/${id}`)

type Connected = { readonly id: string; readonly provider: string; readonly name: string | null }

export const connected = async (visitor: Visitor): Promise<readonly Connected[]> =>
  (await visitor.get('/api/auth/identities')).body.identities
