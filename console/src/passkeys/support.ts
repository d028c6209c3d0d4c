/** Whether this browser has passkeys for this site: only on secure pages, and never for an address of numbers. */
export const hasPasskeys: boolean =
  typeof globalThis.PublicKeyCredential === 'function' && !/^(\[|[\d.]+$)/.test(location.hostname)
