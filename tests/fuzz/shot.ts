// One request of the fuzz test.

/** Whose cookies go along: the sender's own, none, those of an earlier moment, or somebody else's mixed in. */
export type Cookies = 'own' | 'none' | 'old' | 'mixed'

export type Shot = {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as JSON; undefined: none. */
  readonly body: unknown
  /** Sent as it is, in place of the body. */
  readonly raw: string | Uint8Array<ArrayBuffer> | null
  readonly cookies: Cookies
  readonly csrf: boolean
  readonly origin: boolean
  /** Which of the senders, and whether the answer's cookies reach the jar. */
  readonly sender: number
  /** Names the session and the fingerprint that it was told. */
  readonly knows: boolean
  readonly lands: boolean
}

/** How many browsers send. */
export const senders = 8

/** A word as part of a path or a query. */
export const encodeSegment = (text: string) => encodeURIComponent(text.toWellFormed())
