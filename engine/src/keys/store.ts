/** A key that signs access tokens. The private half is sealed with a key that the database does not hold. */
export type SigningKeyRow = {
  readonly id: string
  readonly algorithm: 'EdDSA' | 'ES256'
  /** JWK as JSON. */
  readonly publicJwk: string
  /** AES-256-GCM, `v1.kid.iv.ciphertext+tag`. */
  readonly sealedPrivateJwk: string
  /** Published from then on. */
  readonly createdAt: number
  /** Signs from then on, until a newer key does. */
  readonly signsFrom: number
  /** Its tokens live for so long at most; null: nobody has said. */
  readonly tokenSeconds: number | null
}

export interface KeyStore {
  /** Oldest first. */
  listSigningKeys(): Promise<readonly SigningKeyRow[]>
  /**
   * Adds a key if the newest key still is `newestId` (null: there is none): one winner however many nodes try.
   */
  insertSigningKey(key: SigningKeyRow, newestId: string | null): Promise<boolean>
  replaceSealedPrivateJwk(id: string, from: string, to: string): Promise<boolean>
  /** Nodes give tokens of this life: every key that is there is kept for it. Never shortens one. */
  keepKeysFor(tokenSeconds: number): Promise<void>
  deleteSigningKeys(ids: readonly string[]): Promise<void>
  /**
   * Says that this node lives and which MAC keys it knows; forgets nodes silent since `forgetBefore`, and those seen after
   * `forgetAfter`: they died while the clock was ahead, and would stay until it gets there.
   */
  reportNode(node: {
    readonly id: string
    readonly keyIds: readonly string[]
    readonly now: number
    readonly forgetBefore: number
    readonly forgetAfter: number
  }): Promise<void>
  forgetNode(id: string): Promise<void>
  /** The key ids of every node seen from then until then. */
  listNodes(
    seenSince: number,
    seenUntil: number,
  ): Promise<readonly { readonly id: string; readonly keyIds: readonly string[] }[]>
  /**
   * The ids of keys, but these, that something is still under: sessions that live (the 50,000 that end next: those of an old key
   * were not refreshed for the longest), authenticator apps, tokens of providers. For an operator: it reads much.
   */
  listOthersInUse(known: readonly string[], now: number): Promise<readonly string[]>
}
