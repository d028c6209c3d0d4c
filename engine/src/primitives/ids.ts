import type { Brand } from './brand.ts'
import { randomToken } from './random.ts'

export type UserId = Brand<string, 'UserId'>
/** 22 base64url characters: 128 random bits (ASVS 7.2.3). */
export type SessionId = Brand<string, 'SessionId'>

const idPattern = /^[A-Za-z0-9_-]{22}$/

export const createUserId = (): UserId => randomToken(16) as UserId
export const createSessionId = (): SessionId => randomToken(16) as SessionId

/** The id in a text, or null where the text has not its form. */
export const parseUserId = (text: string): UserId | null => (idPattern.test(text) ? (text as UserId) : null)
export const parseSessionId = (text: string): SessionId | null => (idPattern.test(text) ? (text as SessionId) : null)
