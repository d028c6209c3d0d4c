// Chromium's own authenticator in software (CDP, domain WebAuthn): it answers what a page asks for, as a phone would.
import type { Page } from 'playwright-core'

export type VirtualAuthenticator = {
  /** Whether whoever uses it is who it belongs to: false, and it says no. */
  verifiesUser(is: boolean): Promise<void>
  /** Whether somebody touches it: false, and requests wait. */
  isTouched(is: boolean): Promise<void>
  credentials(): Promise<readonly { readonly credentialId: string; readonly signCount: number }[]>
  /** Forgets everything. */
  clear(): Promise<void>
}

/** For this page alone, and for as long as it is open. */
export const addAuthenticator = async (page: Page): Promise<VirtualAuthenticator> => {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  })
  return {
    verifiesUser: async (isUserVerified) =>
      void (await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified })),
    isTouched: async (enabled) =>
      void (await devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })),
    credentials: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    clear: async () => void (await devtools.send('WebAuthn.clearCredentials', { authenticatorId })),
  }
}
