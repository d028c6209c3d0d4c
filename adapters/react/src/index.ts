export type { Auth, AuthProblem } from '@vigile/client/auth-store'
export { Protected } from './protected.tsx'
export { VigileProvider } from './provider.tsx'
export { useAuth } from './use-auth.ts'
