/**
 * Why a ceremony was refused: for the record, never for who asked. `refused`: by one of the checks of WebAuthn sections 7.1 and
 * 7.2 that the library makes, `says` in its words.
 */
export type CeremonyFault = {
  readonly reason:
    | 'malformed'
    | 'challenge'
    | 'challenge_used'
    | 'cross_origin'
    | 'refused'
    | 'credential_id'
    | 'signature'
    | 'backup_changed'
    | 'unknown_passkey'
    | 'other_user'
  readonly says?: string
}

export type Refused = { readonly ok: false; readonly fault: CeremonyFault }

export const refused = (reason: CeremonyFault['reason'], says?: string): Refused => ({
  ok: false,
  fault: { reason, ...(says !== undefined && { says }) },
})

/** Words that whoever sent the response may have chosen. */
const maxWords = 200

/** The library throws whatever it refuses: here that is the answer, and its words are kept for the record. */
export const orRefused = async <Value>(verify: () => Promise<Value>): Promise<{ ok: true; value: Value } | Refused> => {
  try {
    return { ok: true, value: await verify() }
  } catch (error) {
    return refused('refused', String(error instanceof Error ? error.message : error).slice(0, maxWords))
  }
}
