import { sha256 } from '../primitives/hash.ts'
import type { Disowned } from './store.ts'

/** What tells an account at a provider that its owner here has disconnected, and nothing of whose it is there. */
export const disownedMark = ({ userId, provider, issuer, subject }: Disowned) =>
  sha256(JSON.stringify(['disowned', userId, provider, issuer, subject]), 'base64url')
