import { hash as hashBcrypt } from '@node-rs/bcrypt'
import { expect, test } from 'vitest'
import { type LegacyHash, readHash } from './hash-formats.ts'
import { checkImportedHash, verifyLegacyHash } from './legacy-hash.ts'

function legacy(encoded: string): LegacyHash {
  const read = readHash(encoded)
  if (!read.ok || read.stored.scheme === 'argon2') throw new Error(`not a legacy hash: ${encoded}`)
  return read.stored
}

const salt = '6Onq6+zt7u/w8fLz9PX29w'
const passphrase = 'correct horse été'
// bcrypt: crypt_blowfish's own tests. RFC 7914, sections 11 and 12; RFC 6070. The others were computed by Python's hashlib.
const vectors: [origin: string, password: string, encoded: string][] = [
  ['bcrypt $2a$', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt $2b$', 'U*U', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt $2y$', 'U*U*U', '$2y$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
  ['scrypt', passphrase, `$scrypt$ln=4,r=8,p=1$${salt}$r4sy06YjSScl+GY128wNUcA7n/RaMewoHDKMeQ5vPBs`],
  [
    'scrypt, RFC 7914',
    'pleaseletmein',
    '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
  ],
  ['pbkdf2 sha1', passphrase, `$pbkdf2-sha1$i=1000$${salt}$eMBLiGml/j0buT391QefdJM4CDc`],
  ['pbkdf2 sha256', passphrase, `$pbkdf2-sha256$i=1000$${salt}$/X3IxumpNWURAZbSL9KiQ99MByyiezkLNnE56d5YyqE`],
  [
    'pbkdf2 sha256, with length',
    passphrase,
    `$pbkdf2-sha256$i=1000,l=32$${salt}$/X3IxumpNWURAZbSL9KiQ99MByyiezkLNnE56d5YyqE`,
  ],
  [
    'pbkdf2 sha512',
    passphrase,
    `$pbkdf2-sha512$i=1000$${salt}$dHDOG9YhOmAlD3Hkilvw9pitjBQ7KcnjFFGQUIC5QEU+llQf+0UQBCKclV0g5WPAKt1AZBLaP5558ExhEtVQ1Q`,
  ],
  [
    'pbkdf2 sha256, RFC 7914',
    'Password',
    '$pbkdf2-sha256$i=80000$TmFDbA$TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1ah1CWhIlgzVJrbhBtRybMXaicr3ruh0HhHj2Kzl/M8jQ',
  ],
  [
    'pbkdf2 sha1, RFC 6070',
    'passwordPASSWORDpassword',
    '$pbkdf2-sha1$i=4096$c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0$PS7sT+QchJuAyNg2YsDkSospGpZM8vBwOA',
  ],
  ['passlib sha1', passphrase, '$pbkdf2$1000$6Onq6.zt7u/w8fLz9PX29w$eMBLiGml/j0buT391QefdJM4CDc'],
  [
    'passlib sha256',
    passphrase,
    '$pbkdf2-sha256$1000$6Onq6.zt7u/w8fLz9PX29w$/X3IxumpNWURAZbSL9KiQ99MByyiezkLNnE56d5YyqE',
  ],
  [
    'Django sha256',
    passphrase,
    'pbkdf2_sha256$1000$Seasalt2Seasalt2Seasal$Ig2S0Ww4BOesTzJzVPPb6JMWUaNCuaDQcTaY0G7CkOk=',
  ],
  ['Django sha1', passphrase, 'pbkdf2_sha1$1000$seasalt$lS4RSOwuo285x+xmzJK+qDxmzgE='],
]

test.each(vectors)(
  'ACC-1 imported hash: %s is taken, verified, and its neighbours are refused',
  async (_, password, encoded) => {
    expect(checkImportedHash(encoded)).toEqual({ ok: true })
    expect(await verifyLegacyHash(legacy(encoded), password)).toBe(true)
    for (const wrong of [`${password}.`, password.slice(0, -1), password.toUpperCase().slice(1)]) {
      expect(await verifyLegacyHash(legacy(encoded), wrong)).toBe(false)
    }
  },
)

test('S-4 bcrypt sees 72 bytes, as it did where the hash comes from, and each of them', async () => {
  const encoded = '$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui'
  const first72 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  expect(await verifyLegacyHash(legacy(encoded), `${first72}chars after 72 are ignored`)).toBe(true)
  expect(await verifyLegacyHash(legacy(encoded), first72)).toBe(true)
  expect(await verifyLegacyHash(legacy(encoded), first72.slice(0, 71))).toBe(false)
  expect(await verifyLegacyHash(legacy(encoded), `${first72.slice(0, 71)}8`)).toBe(false)
})

test('S-4 a NUL in the password does not end it', async () => {
  const encoded = await hashBcrypt('before\0after', { cost: 4 })
  expect(await verifyLegacyHash(legacy(encoded), 'before\0after')).toBe(true)
  expect(await verifyLegacyHash(legacy(encoded), 'before\0other')).toBe(false)
  expect(await verifyLegacyHash(legacy(encoded), 'before')).toBe(false)
})

const hash = 'r4sy06YjSScl+GY128wNUcA7n/RaMewoHDKMeQ5vPBs'
const bcryptTail = 'CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

test.each([
  ['bcrypt cost', `$2b$31$${bcryptTail}`, 'bcrypt cost 31 is over 14'],
  ['scrypt memory', `$scrypt$ln=19,r=8,p=1$${salt}$${hash}`, 'memory'],
  ['scrypt block size', `$scrypt$ln=10,r=9999,p=1$${salt}$${hash}`, 'memory'],
  ['scrypt lanes', `$scrypt$ln=16,r=8,p=1000$${salt}$${hash}`, 'r × p'],
  ['pbkdf2 iterations', `$pbkdf2-sha256$i=2000001$${salt}$${hash}`, 'iterations'],
  ['pbkdf2 blocks', `$pbkdf2-sha1$i=1500000$${salt}$${hash}`, 'iterations'],
  ['Django iterations', `pbkdf2_sha256$9999999999$salt$${hash}`, 'iterations'],
  ['argon2 memory', `$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$${hash}`, 'memory'],
  ['argon2 passes', `$argon2id$v=19$m=64,t=4000000,p=1$c29tZXNhbHQ$${hash}`, 'iterations'],
])('attack: an imported hash must not be a denial of service: %s', (_, encoded, detail) => {
  const checked = checkImportedHash(encoded)
  expect(checked).toMatchObject({ ok: false, error: 'too_expensive', detail: expect.stringContaining(detail) })
})

test('ACC-1 the parameters in use today stay within the bounds', () => {
  for (const encoded of [
    `$2b$14$${bcryptTail}`,
    `$scrypt$ln=17,r=8,p=1$${salt}$${hash}`, // OWASP
    `$scrypt$ln=14,r=16,p=1$${salt}$${hash}`,
    `$pbkdf2-sha1$i=1400000$${salt}$eMBLiGml/j0buT391QefdJM4CDc`, // OWASP
    `pbkdf2_sha256$1500000$salt$${hash}`,
    `$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$${hash}`,
    `$argon2id$v=19$m=102400,t=2,p=8$c29tZXNhbHQ$${hash}`, // Django
    `$argon2i$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$${hash}`,
  ]) {
    expect(checkImportedHash(encoded)).toEqual({ ok: true })
  }
})

test.each([
  ['nothing', '', 'unknown_format'],
  ['a password in the clear', 'correct horse battery staple', 'unknown_format'],
  ['MD5', '5f4dcc3b5aa765d61d8327deb882cf99', 'unknown_format'],
  ['crypt MD5', '$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/', 'unknown_format'],
  ['crypt SHA-512', `$6$rounds=5000$saltsalt$${hash}`, 'unknown_format'],
  ['bcrypt of a broken implementation', `$2x$05$${bcryptTail}`, 'malformed'],
  ['bcrypt before 2a', `$2$05$${bcryptTail}`, 'malformed'],
  ['bcrypt of cost 3', `$2b$03$${bcryptTail}`, 'malformed'],
  ['bcrypt with stray bits', `$2b$05$${bcryptTail.slice(0, -1)}X`, 'malformed'],
  ['scrypt outside the RFC', `$scrypt$ln=16,r=1,p=1$${salt}$${hash}`, 'malformed'],
  ['scrypt with r=0', `$scrypt$ln=4,r=0,p=1$${salt}$${hash}`, 'malformed'],
  ['pbkdf2 without iterations', `$pbkdf2-sha256$i=0$${salt}$${hash}`, 'malformed'],
  ['pbkdf2 over MD5', `$pbkdf2-md5$i=1000$${salt}$${hash}`, 'malformed'],
  ['a hash of 3 bytes', `$pbkdf2-sha256$i=1000$${salt}$AAAA`, 'malformed'],
  ['an argon2 hash of 6 bytes', '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAAAAAA', 'malformed'],
  ['a salt of 600 characters', `pbkdf2_sha256$1000$${'s'.repeat(600)}$${hash}`, 'malformed'],
  ['an empty hash', `$scrypt$ln=4,r=8,p=1$${salt}$`, 'malformed'],
  ['a hash without end', `$scrypt$ln=4,r=8,p=1$${salt}$${'A'.repeat(1_000_000)}`, 'malformed'],
])('attack: an import can not bring in %s', (_, encoded, error) => {
  expect(checkImportedHash(encoded)).toMatchObject({ ok: false, error })
})
