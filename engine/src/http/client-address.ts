// Who is asking, by address. A forwarded header counts only as far as the configured proxies go (LIM-2, S-56).
import { BlockList, isIP } from 'node:net'
import type { ConfigurationFault } from '../configuration-error.ts'
import { fault } from '../messages/fault.ts'

/** Hops of a forwarded header beyond so many are not looked at. */
const maxHops = 20
/** The longest text of an address, its zone included. */
const maxLength = 64

export type Networks = { contains(address: string): boolean }

/** `[2001:db8::1]`, `[2001:db8::1]:443` and `192.0.2.1:443`: some proxies write the port too. */
const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/
const withPort = /^(\d[\d.]*):\d{1,5}$/
const mappedDotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/

/**
 * The one plain form of an address: an IPv4 address in IPv6 clothing is the IPv4 address (RFC 4291 section 2.5.5.2); no
 * zone, no port, no brackets. Null where the text is none.
 */
export const plainAddress = (text: string): string | null => {
  const given = text.trim()
  if (given.length > maxLength) return null
  const address = (mappedDotted.exec(given) ?? bracketed.exec(given) ?? withPort.exec(given))?.[1] ?? given
  const version = isIP(address)
  if (version !== 6) return version === 4 ? address : null
  // One address has many spellings, and a limit must know it by each.
  const canonical = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1)
  const [, high, low] = mapped.exec(canonical) ?? []
  if (high === undefined || low === undefined) return canonical
  const [left, right] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [left >> 8, left & 255, right >> 8, right & 255].join('.')
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
      faults.push(fault(setting, 'not_network', { given: text }))
    } else if (length === 0) {
      faults.push(fault(setting, 'every_address', { given: text }))
    } else {
      list.addSubnet(base, length, family)
    }
  }
  const contains = (address: string) => list.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
  return { networks: { contains: texts.length === 0 ? () => false : contains }, faults }
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

/** What limits count a plain address by: an IPv4 address, or the /64 that one IPv6 subscriber holds (H-7). */
export const addressKey = (address: string): string => {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}
