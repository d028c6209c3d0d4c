// Addresses are normalised before anything is decided about them (H-4).
import { domainToASCII } from 'node:url'
import { maxEmailLength } from '@vigile/contract'
import { sha256 } from '../primitives/hash.ts'

export type Email = {
  /** What mail is sent to: NFKC, the domain in ASCII. */
  readonly address: string
  /** What two spellings of one address share: the same in lower case. */
  readonly key: string
}

// RFC 5321 dot-string, ASCII: compatibility forms (full-width letters, ligatures) have become plain by NFKC before.
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
// Host names (RFC 1123); the last label is no number (RFC 3696 section 2), so that nothing of it is an address of the network.
const domainPart = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])$/
// `domainToASCII` reads its input as the host of a web address: these it would decode, drop or take for the end.
const notInDomain = /[\s\p{Cc}%/\\?#:@[\]]/u
const maxLocalLength = 64
/** Before any work is done: room for spaces around and decomposed forms. */
const maxTextLength = 2 * maxEmailLength

/**
 * The address in a text, or null where it is none. `' Ada@Exämple.ORG '` → `{ address: 'Ada@xn--exmple-cua.org', … }`.
 * Mail goes to the normalised address, so two that look alike can't be told apart by one and mixed up by the other.
 */
export const parseEmail = (text: string): Email | null => {
  if (text.length > maxTextLength) return null
  const plain = text.normalize('NFKC').trim()
  const at = plain.lastIndexOf('@')
  const local = plain.slice(0, at)
  if (at < 1 || local.length > maxLocalLength || !localPart.test(local)) return null
  const host = plain.slice(at + 1)
  const domain = notInDomain.test(host) ? '' : domainToASCII(host).toLowerCase()
  const address = `${local}@${domain}`
  if (!domainPart.test(domain) || address.length > maxEmailLength) return null
  return { address, key: address.toLowerCase() }
}

/** Stands for an email, known or not, where the email itself must not be kept. */
export const emailHash = ({ key }: Pick<Email, 'key'>): string => sha256(`vigile email ${key}`, 'hex')
