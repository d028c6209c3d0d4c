import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { places } from '../stores/samples.suite.ts'
import { commitmentOf, contentOf, fromStored, linkOf, toStored } from './canonical.ts'
import { checkMac, checkPersonal, macOf } from './entry-mac.ts'
import type { AuditEntry } from './store.ts'

const key = deriveKeys('the secret of this test')
const keyring = { find: async (id: string) => (id === key.id ? key : null) }
const entryMac = (content: string) => macOf(key, content)

// Letters that quoting, line ends and surrogate pairs could go wrong with.
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', '"', '\\', '\n', '\r', ',', '[', ']', 'é', '\u{1f600}', '\ud800', '\udc00', '='),
  }),
  fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\u0000', '')),
)
const word = fc.constantFrom('email', 'name', 'a', 'b')
const { any } = fc.letrec((tie) => ({
  any: fc.oneof(fc.jsonValue(), fc.dictionary(word, tie('any')), fc.array(tie('any'))),
}))
const perhaps = fc.option(text, { nil: null })
const covered = fc.record({
  id: text,
  at: fc.integer(),
  userId: perhaps,
  actorId: perhaps,
  action: text,
  resource: perhaps,
  resourceId: perhaps,
  details: text,
  requestId: perhaps,
  commitment: perhaps,
})

test('AUD-3 two entries that differ never share the bytes that the MAC and the chain cover', () => {
  const one = (made: object) => JSON.stringify(Object.entries(made))
  fc.assert(
    fc.property(covered, covered, (a, b) => {
      expect(contentOf(a) === contentOf(b)).toBe(one(a) === one(b))
    }),
  )
  // Texts moved from one field to the next, and null beside the text that looks like it.
  fc.assert(
    fc.property(covered, text, (entry, moved) => {
      const pair = (resource: string | null, resourceId: string | null) => contentOf({ ...entry, resource, resourceId })
      expect(pair(moved, null)).not.toBe(pair(null, moved))
      expect(pair(`${moved}a`, 'b')).not.toBe(pair(moved, 'ab'))
      expect(pair('null', null)).not.toBe(pair(null, 'null'))
    }),
  )
})

test('AUD-3 ACC-7 what tells of a person is covered, and can not be guessed without the salt', () => {
  const person = { ip: '192.0.2.1', userAgent: 'a browser', personal: null }
  expect(commitmentOf('salt', person)).not.toBe(commitmentOf('another', person))
  expect(commitmentOf('salt', { ...person, ip: null, userAgent: '192.0.2.1' })).not.toBe(
    commitmentOf('salt', { ...person, userAgent: null }),
  )
})

test('AUD-3 a link says what was before it, and which one it is', () => {
  expect(linkOf('a', 1, 'x')).not.toBe(linkOf('b', 1, 'x'))
  expect(linkOf('a', 1, 'x')).not.toBe(linkOf('a', 2, 'x'))
})

test.each(places)(
  'AUD-1 AUD-3 whatever text an entry holds, it comes back as it was sealed (%s)',
  async (_, newPlace) => {
    const place = await newPlace({ ms: 0 }, entryMac)
    const database = place.open()
    await database.migrate()
    let made = 0
    const given = fc.record({
      userId: perhaps,
      actorId: fc.constant(null),
      action: text,
      resource: perhaps,
      resourceId: perhaps,
      details: fc.dictionary(word, any),
      ip: perhaps,
      userAgent: perhaps,
      requestId: perhaps,
    })
    await fc.assert(
      fc.asyncProperty(given, async (entry) => {
        made += 1
        const full: AuditEntry = { ...entry, id: `${made}`, at: made }
        await database.audit.append([full])
        const [stored] = await database.auditChain.listToSeal({ after: { at: made - 1, id: `${made - 1}` }, limit: 1 })
        if (!stored) throw new Error('it is not there')
        expect(await checkMac(keyring, stored)).toBe('right')
        expect(checkPersonal(stored)).toBe('right')
        expect(fromStored(stored)).toEqual(fromStored(toStored(full, null)))
        expect(fromStored(toStored(full, null)).details).toEqual(JSON.parse(JSON.stringify(full.details)))
        expect(stored.details).not.toMatch(/"(email|name)":/)
      }),
      { numRuns: 60 },
    )
    await place.remove()
  },
)

test('AUD-3 an entry of a time that is no whole number is a fault of ours, not an entry', () => {
  const entry = { id: 'a', userId: null, actorId: null, action: 'a', resource: null, resourceId: null, details: {} }
  const from = { ip: null, userAgent: null, requestId: null }
  for (const at of [Number.NaN, 1.5, 2 ** 60])
    expect(() => toStored({ ...entry, ...from, at }, null)).toThrow(RangeError)
})
