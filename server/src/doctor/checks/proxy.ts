// LIM-2: whom limits count. Too little trust, and everybody is the proxy: one attacker closes sign-in for all. Too much, and an
// attacker is whoever a header says.
import { parseNetworks } from '@vigile/engine'
import { type Check, fail, pass, warn } from '../finding.ts'
import { seenOf } from './seen.ts'

export const checkProxy: Check = (facts, { proxy: say }) => {
  const seen = seenOf(facts)
  if (!seen) return []
  const { address, counted, local, remote } = seen.forged
  // A proxy that appends says who asked it. Where that is trusted itself, what stands before it counts, forged or not.
  const isTrustedHere = parseNetworks('trustedProxies', facts.inside?.trustedProxies ?? []).networks.contains(local)
  if (counted === address && isTrustedHere && isPrivate(local)) return [warn(say.trustedHere(local), say.elsewhere)]
  if (counted === address) return [fail(say.forged, say.trustLess)]
  if (!facts.inside) return []
  if (counted === null) return [warn(say.unknown, say.lookUp)]
  // Vigile itself speaks no TLS: there is a proxy.
  const isUntrusted = seen.tls !== null && facts.inside.trustedProxies.length === 0
  const isProxys = counted === remote ? local !== remote : isPrivate(counted) && !isPrivate(remote)
  if (isUntrusted || isProxys) return [fail(say.isProxy(counted), say.trust(counted))]
  return [pass(say.good(counted))]
}

/** RFC 1918, RFC 4193, loopback and link-local: no client of a public site has one. */
export const isPrivate = (address: string): boolean =>
  /^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd]|fe80)/i.test(address)

export const checkRoutes: Check = (facts, { routes: say }) => {
  const seen = seenOf(facts)
  if (!seen) return []
  if (seen.unguarded.length > 0) return seen.unguarded.map((route) => fail(say.open(route), say.todo))
  return [pass(say.good(seen.guardedRoutes))]
}
