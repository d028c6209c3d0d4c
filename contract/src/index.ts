export type { Endpoint, Method } from './endpoints/endpoint.ts'
export { identitiesEndpoints } from './endpoints/identities.ts'
export { type EndpointName, endpoints, topicOf } from './endpoints.ts'
export { type ErrorCode, errorStatus, type SessionEndReason, sessionEndReasons } from './errors.ts'
export {
  type AppPermission,
  type EnginePermission,
  enginePermissions,
  type NamesIn,
  type PermissionDeclaration,
  type Register,
} from './permissions.ts'
export type { AdminRole, AdminRoles, AdminUser, AdminUserDetail, AdminUsers } from './schemas/admin.ts'
export { type Alert, type AlertRule, alertRules } from './schemas/alerts.ts'
export {
  type Enrolled,
  type Entered,
  type Factor,
  type Factors,
  type PendingSignIn,
  pendingSignInSchema,
  type SecondFactorNeeded,
  type TotpOffer,
} from './schemas/factors.ts'
export type { ConfirmSignIn } from './schemas/letters.ts'
export {
  type Exchanged,
  type Identities,
  type Identity,
  type IdentityLinked,
  type OfferedIdentity,
  type ProviderError,
  providerErrors,
} from './schemas/oauth.ts'
export type {
  Passkey,
  PasskeyAdded,
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
} from './schemas/passkeys.ts'
export type { AccountClosed, DataExport, KeepOffered } from './schemas/person.ts'
export {
  ackBody,
  changePasswordBody,
  continueQuery,
  type DeviceSession,
  deviceRefreshSchema,
  deviceSessionSchema,
  emailBody,
  type Health,
  type ListedSession,
  type Locale,
  localeSchema,
  locales,
  loginBody,
  logoutBody,
  type Me,
  maxEmailLength,
  maxPasswordLength,
  meSchema,
  type Problem,
  problemSchema,
  type Refreshed,
  refreshBody,
  refreshedSchema,
  registerBody,
  resetPasswordBody,
  type Session,
  type SessionStarted,
  sessionIdParam,
  sessionSchema,
  sessionStartedSchema,
  type User,
  userSchema,
} from './schemas.ts'
