// The key of backups: `age1…` writes them, `AGE-SECRET-KEY-1…` writes and reads them, `plain` leaves them open.

/** What is said in place of a key to have backups that anybody can read. */
const plain = 'plain'

/** Null: it does not encrypt, and does not decrypt. */
export type BackupKey = { readonly recipient: string | null; readonly identity: string | null }

/** Null: it is no key. */
export const openKey = async (key: string | undefined): Promise<BackupKey | null> => {
  if (key === undefined || key === plain) return { recipient: null, identity: null }
  const { Encrypter, identityToRecipient } = await import('age-encryption')
  try {
    const isIdentity = key.startsWith('AGE-SECRET-KEY-')
    const recipient = isIdentity ? await identityToRecipient(key) : key
    new Encrypter().addRecipient(recipient)
    return { recipient, identity: isIdentity ? key : null }
  } catch {
    return null
  }
}

/** X25519: every release of age opens it. */
export const makeKey = async (): Promise<{ readonly identity: string; readonly recipient: string }> => {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const identity = await generateX25519Identity()
  return { identity, recipient: await identityToRecipient(identity) }
}
