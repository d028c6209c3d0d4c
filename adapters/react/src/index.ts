export type { Auth, AuthProblem } from './auth-store.ts'
export { Protected } from './protected.tsx'
export { VigileProvider } from './provider.tsx'
export { useAuth } from './use-auth.ts'
