export { ConfigurationError } from './configuration-error.ts'
export { createVigile } from './engine.ts'
export { clientAddress, type Networks, parseNetworks } from './http/client-address.ts'
export { securityHeaders } from './http/headers.ts'
export { preferredLocale } from './http/locale.ts'
export { safeReturnTo } from './http/return-to.ts'
export { type Secrets, unsafePlainHttp, type VigileOptions } from './options.ts'
export { parseSessionId, parseUserId, type SessionId, type UserId } from './primitives/ids.ts'
export type {
  Actor,
  CleanUpReport,
  ManagedUser,
  NewUser,
  PageState,
  Peer,
  Readiness,
  RouteDescription,
  Vigile,
} from './vigile.ts'
