// Reads stored password hashes: our own Argon2 strings and what other systems left behind. Everything is bounded here:
// one look-up of a hostile imported hash must not stop the process.

import { parseOptions as readArgon2Options } from '@node-rs/argon2'
import { parseOptions as readBcryptOptions } from '@node-rs/bcrypt'
import { findArgon2Excess } from './argon2-settings.ts'

export type DerivedHash = { salt: Buffer; hash: Buffer }

/** A hash that another system made, with all that is needed to verify it. */
export type LegacyHash =
  | { scheme: 'bcrypt'; encoded: string }
  | ({ scheme: 'scrypt'; cost: number; blockSize: number; parallelism: number } & DerivedHash)
  | ({ scheme: 'pbkdf2'; digest: keyof typeof digestBytes; iterations: number } & DerivedHash)

export type StoredHash = { scheme: 'argon2'; encoded: string } | LegacyHash

/** `detail` names the setting and its bound, in English; it never holds a part of the salt or of the hash. */
export type HashRefusal = { ok: false; error: 'unknown_format' | 'malformed' | 'too_expensive'; detail: string }

export type ReadHash = { ok: true; stored: StoredHash } | HashRefusal

// Each bound is worth about a second of one core, or 256 MiB.
const maxBcryptCost = 14
const maxScryptMemoryBytes = 256 * 1024 * 1024
const maxScryptWork = 2 ** 21 // N × r × p
const maxPbkdf2Iterations = 2_000_000 // times the number of blocks that make up the hash
const maxEncodedLength = 512

// An imported hash of a few bits would let nearly any password in.
const minHashBytes = 16
const maxHashBytes = 64

const scryptPattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,4}),p=(\d{1,4})\$([^$]+)\$([^$]+)$/
// `$pbkdf2$` alone means SHA-1; passlib leaves out `i=`.
const pbkdf2Pattern = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,10})(?:,l=\d{1,3})?\$([^$]+)\$([^$]+)$/
const djangoPattern = /^pbkdf2_(sha1|sha256)\$(\d{1,10})\$([^$]+)\$([^$]+)$/
const digestBytes = { sha1: 20, sha256: 32, sha512: 64 }

/**
 * Reads one stored hash.
 *
 * Known: Argon2 (`$argon2id$`, `$argon2i$`, `$argon2d$`), bcrypt (`$2a$`, `$2b$`, `$2y$`), PHC strings of scrypt
 * (`$scrypt$ln=…,r=…,p=…$salt$hash`) and PBKDF2 (`$pbkdf2-sha256$i=…$salt$hash`, sha1, sha512; passlib's spelling too),
 * and Django's `pbkdf2_sha256$…` and `pbkdf2_sha1$…`. Anything else, damaged ones and over-costly ones are refused.
 */
export function readHash(encoded: string): ReadHash {
  if (encoded.length > maxEncodedLength) return refuse('malformed', `longer than ${maxEncodedLength} characters`)
  if (encoded.startsWith('$argon2')) return readArgon2(encoded)
  if (/^\$2[a-z]?\$/.test(encoded)) return readBcrypt(encoded)
  if (encoded.startsWith('$scrypt$')) return readScrypt(encoded)
  if (/^\$pbkdf2[-$]/.test(encoded)) return readPbkdf2(encoded, pbkdf2Pattern.exec(encoded), 'base64')
  if (encoded.startsWith('pbkdf2_')) return readPbkdf2(encoded, djangoPattern.exec(encoded), 'utf8')
  return refuse('unknown_format', 'expected argon2, bcrypt, scrypt or pbkdf2, as a PHC string or as Django writes it')
}

function refuse(error: HashRefusal['error'], detail: string): HashRefusal {
  return { ok: false, error, detail }
}

function readArgon2(encoded: string): ReadHash {
  const options = attempt(() => readArgon2Options(encoded))
  if (options === undefined) return refuse('malformed', 'argon2 hash that cannot be read')
  if (options.outputLen < minHashBytes) return refuse('malformed', `argon2 hash under ${minHashBytes} bytes`)
  const { memoryCost: memoryKiB, timeCost: iterations, parallelism } = options
  const excess = findArgon2Excess({ memoryKiB, iterations, parallelism })
  if (excess !== undefined) return refuse('too_expensive', excess)
  return { ok: true, stored: { scheme: 'argon2', encoded } }
}

function readBcrypt(encoded: string): ReadHash {
  // `$2x$` marks hashes of a broken implementation, whose faults no library here repeats.
  if (!/^\$2[aby]\$\d\d\$[A-Za-z0-9./]{53}$/.test(encoded)) {
    return refuse('malformed', 'bcrypt: expected $2a$, $2b$ or $2y$')
  }
  // The library answers "wrong password" to hashes that it can't read; only its parser tells them apart.
  const options = attempt(() => readBcryptOptions(encoded))
  if (options === undefined) return refuse('malformed', 'bcrypt hash that cannot be read')
  const { cost } = options
  if (cost > maxBcryptCost) return refuse('too_expensive', `bcrypt cost ${cost} is over ${maxBcryptCost}`)
  return { ok: true, stored: { scheme: 'bcrypt', encoded } }
}

function readScrypt(encoded: string): ReadHash {
  const [, ln, r, p, salt, hash] = scryptPattern.exec(encoded) ?? []
  if (ln === undefined || salt === undefined || hash === undefined) {
    return refuse('malformed', 'scrypt: expected $scrypt$ln=…,r=…,p=…$salt$hash')
  }
  const blockSize = Number(r)
  const parallelism = Number(p)
  // RFC 7914, section 2: N is a power of two over 1, below 2^(128 r / 8).
  if (blockSize < 1 || parallelism < 1 || Number(ln) < 1 || Number(ln) >= 16 * blockSize) {
    return refuse('malformed', 'scrypt parameters outside RFC 7914')
  }
  const cost = 2 ** Number(ln)
  if (128 * cost * blockSize > maxScryptMemoryBytes) {
    return refuse('too_expensive', `scrypt ln=${ln}, r=${r} takes over ${maxScryptMemoryBytes} bytes of memory`)
  }
  if (cost * blockSize * parallelism > maxScryptWork) {
    return refuse('too_expensive', `scrypt 2^ln × r × p is over ${maxScryptWork}`)
  }
  const derived = readDerived(salt, 'base64', hash)
  if ('ok' in derived) return derived
  return { ok: true, stored: { scheme: 'scrypt', cost, blockSize, parallelism, ...derived } }
}

function readPbkdf2(encoded: string, parts: RegExpExecArray | null, saltEncoding: 'base64' | 'utf8'): ReadHash {
  const [, digest = 'sha1', rounds, salt, hash] = parts ?? []
  if (rounds === undefined || salt === undefined || hash === undefined) {
    const form = encoded.startsWith('$') ? '$pbkdf2-sha256$i=…$salt$hash' : 'pbkdf2_sha256$iterations$salt$hash'
    return refuse('malformed', `pbkdf2: expected ${form}`)
  }
  const iterations = Number(rounds)
  if (iterations < 1) return refuse('malformed', 'pbkdf2 without iterations')
  const derived = readDerived(salt, saltEncoding, hash)
  if ('ok' in derived) return derived
  const name = digest as keyof typeof digestBytes
  const blocks = Math.ceil(derived.hash.length / digestBytes[name])
  if (iterations * blocks > maxPbkdf2Iterations) {
    return refuse('too_expensive', `pbkdf2 iterations ${iterations} × ${blocks} are over ${maxPbkdf2Iterations}`)
  }
  return { ok: true, stored: { scheme: 'pbkdf2', digest: name, iterations, ...derived } }
}

function readDerived(salt: string, saltEncoding: 'base64' | 'utf8', hash: string): DerivedHash | HashRefusal {
  const saltBytes = saltEncoding === 'base64' ? decodeBase64(salt) : Buffer.from(salt, 'utf8')
  const hashBytes = decodeBase64(hash)
  if (saltBytes === undefined || hashBytes === undefined) return refuse('malformed', 'salt or hash is not base64')
  if (hashBytes.length < minHashBytes || hashBytes.length > maxHashBytes) {
    return refuse('malformed', `hash of ${hashBytes.length} bytes: expected ${minHashBytes} to ${maxHashBytes}`)
  }
  return { salt: saltBytes, hash: hashBytes }
}

// PHC strings have no padding, Django's do; passlib writes `.` for `+`. Buffer skips what it can't read: look again.
function decodeBase64(text: string): Buffer | undefined {
  const bare = text.replaceAll('.', '+').replace(/={1,2}$/, '')
  const bytes = Buffer.from(bare, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === bare ? bytes : undefined
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
