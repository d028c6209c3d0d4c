/** The browser's side of WebAuthn, in a file of its own. */
export const loadCeremony = () => import('./ceremony.ts')
