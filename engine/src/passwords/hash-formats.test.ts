import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readHash } from './hash-formats.ts'

const valid = [
  '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4',
  '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  '$scrypt$ln=4,r=8,p=1$6Onq6+zt7u/w8fLz9PX29w$r4sy06YjSScl+GY128wNUcA7n/RaMewoHDKMeQ5vPBs',
  '$pbkdf2-sha256$i=1000$6Onq6+zt7u/w8fLz9PX29w$/X3IxumpNWURAZbSL9KiQ99MByyiezkLNnE56d5YyqE',
  'pbkdf2_sha256$1000$Seasalt2Seasalt2Seasal$Ig2S0Ww4BOesTzJzVPPb6JMWUaNCuaDQcTaY0G7CkOk=',
]

test('ACC-1 each format is told by its beginning', () => {
  expect(valid.map((encoded) => readHash(encoded))).toMatchObject(
    ['argon2', 'bcrypt', 'scrypt', 'pbkdf2', 'pbkdf2'].map((scheme) => ({ ok: true, stored: { scheme } })),
  )
})

test.each(valid)('ACC-1 no beginning of a stored hash passes for the whole: %s', (encoded) => {
  // Down to where the hash itself would be under 16 bytes; all shorter ones are damaged, whatever they decode to.
  const hashStart = encoded.startsWith('$2') ? encoded.length : encoded.lastIndexOf('$') + 1 + 21
  for (let end = 0; end < hashStart; end += 1) {
    expect(readHash(encoded.slice(0, end)).ok).toBe(false)
  }
})

test('ACC-1 whatever is stored, reading answers or refuses, and a refusal repeats none of it', () => {
  const damaged = fc
    .tuple(fc.constantFrom(...valid), fc.nat({ max: 90 }), fc.string({ maxLength: 3 }))
    .map(([encoded, at, put]) => encoded.slice(0, at) + put + encoded.slice(at + 1))
  fc.assert(
    fc.property(fc.oneof(damaged, fc.string({ maxLength: 700 })), (encoded) => {
      const read = readHash(encoded)
      if (read.ok) return
      expect(['unknown_format', 'malformed', 'too_expensive']).toContain(read.error)
      for (const part of encoded.split('$')) if (part.length > 15) expect(read.detail).not.toContain(part)
    }),
    { numRuns: 500 },
  )
})

test('ACC-1 base64 with anything else in it is damaged, not skipped over', () => {
  const [salt, hash] = ['6Onq6+zt7u/w8fLz9PX29w', 'r4sy06YjSScl+GY128wNUcA7n/RaMewoHDKMeQ5vPBs']
  for (const wrong of [
    `${hash.slice(0, -1)}!`,
    `${hash} `,
    hash.slice(0, -2),
    `${hash.slice(0, 21)}\n${hash.slice(21)}`,
  ]) {
    expect(readHash(`$scrypt$ln=4,r=8,p=1$${salt}$${wrong}`)).toMatchObject({ ok: false, error: 'malformed' })
  }
})
