import { randomBytes } from 'node:crypto'

/** `bytes` random bytes from the system's generator, as base64url without padding. */
export const randomToken = (bytes: number): string => randomBytes(bytes).toString('base64url')
