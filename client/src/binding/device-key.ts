// The key of this browser: non-extractable, and on the disk before it is used, so that it survives a reload and a crash.

const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const done = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })

const open = (name: string): Promise<IDBDatabase> => {
  const opening = indexedDB.open(name, 1)
  opening.onupgradeneeded = () => void opening.result.createObjectStore('keys')
  return asked(opening)
}

/** The key of the application `app`, made at the first call. Null where the browser keeps none. */
export async function deviceKey(app: string): Promise<CryptoKeyPair | null> {
  try {
    const database = await open(`${app}:binding`)
    try {
      const kept: CryptoKeyPair | undefined = await asked(
        database.transaction('keys').objectStore('keys').get('device'),
      )
      return kept ?? (await keep(database, await make()))
    } finally {
      database.close()
    }
  } catch {
    // No IndexedDB, or none that keeps: where binding is optional, the session stays unbound.
    return null
  }
}

const make = () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])

/** Of two tabs that make one at once, both get that of the first. */
const keep = async (database: IDBDatabase, made: CryptoKeyPair): Promise<CryptoKeyPair> => {
  const transaction = database.transaction('keys', 'readwrite', { durability: 'strict' })
  const written = done(transaction)
  const keys = transaction.objectStore('keys')
  const other: CryptoKeyPair | undefined = await asked(keys.get('device'))
  if (!other) keys.put(made, 'device')
  await written
  return other ?? made
}
