export type { Client, ClientOptions, NetworkProblem, RefreshOutcome, Result, SignedUp } from './api.ts'
export { createClient } from './create-client.ts'
