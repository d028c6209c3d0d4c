// What a provider said of somebody waits under seal for the browser to come for it, bound to its handle (OAU-7).
import type { Keyring } from '../keys/keyring.ts'
import { openText, sealText } from '../keys/sealed-text.ts'
import type { Profile, Tokens } from './provider.ts'
import type { OAuthHandle } from './store.ts'

export type HandleContent = {
  /** Who said it: the subject counts with this issuer alone. */
  readonly issuer: string
  readonly profile: Profile
  readonly tokens: Tokens
}

const contextOf = (handleHash: string) => `oauth handle ${handleHash}`

export const sealHandle = (keyring: Pick<Keyring, 'newest'>, handleHash: string, content: HandleContent): string =>
  sealText(keyring, contextOf(handleHash), JSON.stringify(content)).sealed

/** Unavailable where this node does not know the key (yet). */
export const openHandle = async (
  keyring: Pick<Keyring, 'find'>,
  { handleHash, sealed }: Pick<OAuthHandle, 'handleHash' | 'sealed'>,
): Promise<HandleContent> =>
  JSON.parse(await openText(keyring, contextOf(handleHash), { what: 'what a provider said', sealed }))
