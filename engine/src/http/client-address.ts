// Who is asking, by address. A forwarded header counts only as far as the configured proxies go (LIM-2, S-56).
import { BlockList, isIP } from 'node:net'
import type { ConfigurationFault } from '../configuration-error.ts'

/** Hops of a forwarded header beyond so many are not looked at. */
const maxHops = 20

export type Networks = { contains(address: string): boolean }

/** Plain form of an address: an IPv4 address in IPv6 clothing is the IPv4 address; no zone, no port, no brackets. */
export const plainAddress = (text: string): string | null => {
  const address = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  const plain = mapped ?? address
  return isIP(plain) ? plain : null
}

/** The networks of a list of addresses and prefixes; texts that are neither are named. */
export const parseNetworks = (
  setting: string,
  texts: readonly string[],
): { readonly networks: Networks; readonly faults: readonly ConfigurationFault[] } => {
  const list = new BlockList()
  const faults: ConfigurationFault[] = []
  for (const text of texts) {
    const [base = '', prefix] = text.trim().split('/')
    const family = isIP(base) === 6 ? 'ipv6' : 'ipv4'
    const bits = family === 'ipv6' ? 128 : 32
    const length = prefix === undefined ? bits : Number(prefix)
    if (!isIP(base) || !/^\d{1,3}$/.test(prefix ?? '0') || length > bits) {
      faults.push({
        setting,
        wrong: `"${text}" is no address or network`,
        right: 'write 10.0.0.5 or 10.0.0.0/8 or fd00::/8',
      })
    } else {
      list.addSubnet(base, length, family)
    }
  }
  return { networks: { contains: (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') }, faults }
}

/**
 * The client's address: the socket's, or where the socket is a trusted proxy, the nearest address in `X-Forwarded-For` that
 * is not one. Null where the transport does not tell. A malformed entry ends the walk: what a stranger wrote never counts.
 */
export const clientAddress = (
  peer: string | undefined,
  forwardedFor: string | null,
  trusted: Networks,
): string | null => {
  let address = peer === undefined ? null : plainAddress(peer)
  if (address === null || !forwardedFor) return address
  const hops = forwardedFor.split(',').slice(-maxHops)
  while (trusted.contains(address)) {
    const hop = hops.pop()
    const before = hop === undefined ? null : plainAddress(hop)
    if (before === null) return address
    address = before
  }
  return address
}

/** What limits count by: an IPv4 address, or the /64 that one IPv6 subscriber holds (H-7). */
export const addressKey = (address: string): string => {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
