import { createHash, createHmac } from 'node:crypto'

/** SHA-256 of a text (UTF-8). */
export const sha256 = (text: string, encoding: 'hex' | 'base64url'): string =>
  createHash('sha256').update(text).digest(encoding)

/** HMAC-SHA-256 of a text (UTF-8) as base64url: 43 characters. */
export const hmacSha256 = (key: Uint8Array, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url')
