export type { RequireOptions } from './policy.ts'
export { Public, RequirePermission } from './policy.ts'
export { VIGILE, VigileModule } from './vigile-module.ts'
export { CurrentSession, CurrentUser } from './who-asks.ts'
