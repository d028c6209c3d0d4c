// Who passkeys are made for (WebAuthn section 4, "Relying Party").
export type RelyingParty = {
  /** A domain: the public host, or the parent domain that cookies are set for. Passkeys are bound to it for ever. */
  readonly id: string
  /** As people read it. */
  readonly name: string
  /** Origins whose pages may ask for its passkeys. */
  readonly origins: ReadonlySet<string>
}
