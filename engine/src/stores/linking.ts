// Who is signed in here and began: two columns, both set or neither.
import type { Linking } from '../oauth/store.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'

type Columns = { readonly userId: UserId | null; readonly sessionId: SessionId | null }

export const fromLinking = (linking: Linking | null) => ({
  user_id: linking?.userId ?? null,
  session_id: linking?.sessionId ?? null,
})

export const toLinking = <Row extends Columns>({ userId, sessionId, ...row }: Row) => ({
  ...row,
  linking: userId !== null && sessionId !== null ? { userId, sessionId } : null,
})
