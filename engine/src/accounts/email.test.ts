import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emailHash, parseEmail } from './email.ts'

test.each([
  ['Ada@Example.COM', 'Ada@example.com', 'ada@example.com'],
  ['\u00a0 ada@example.com\u3000', 'ada@example.com', 'ada@example.com'],
  ['ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ada@example.com', 'ada@example.com'],
  ['ﬁona@example.com', 'fiona@example.com', 'fiona@example.com'],
  ['ada@Exämple.ORG', 'ada@xn--exmple-cua.org', 'ada@xn--exmple-cua.org'],
  ['ada@exa\u0308mple.org', 'ada@xn--exmple-cua.org', 'ada@xn--exmple-cua.org'],
  ['ada@XN--EXMPLE-CUA.org', 'ada@xn--exmple-cua.org', 'ada@xn--exmple-cua.org'],
  ['ada@例え。テスト', 'ada@xn--r8jz45g.xn--zckzah', 'ada@xn--r8jz45g.xn--zckzah'],
  ["o'brien+tag@mail.example.co.uk", "o'brien+tag@mail.example.co.uk", "o'brien+tag@mail.example.co.uk"],
  ['\u212aelvin@example.com', 'Kelvin@example.com', 'kelvin@example.com'],
])('H-4 %j is one address however it is spelt', (text, address, key) => {
  expect(parseEmail(text)).toEqual({ address, key })
})

describe('H-4 no address', () => {
  test.each([
    '',
    '@',
    'ada',
    'ada@',
    '@example.com',
    'ada@localhost',
    'a b@example.com',
    'ada..b@example.com',
    '.ada@example.com',
    'ada@@example.com',
    '"ada@evil.org"@example.com',
    'аda@example.com', // the first letter is Cyrillic
    'ada\u200b@example.com',
    'ada@exam_ple.com',
    'ada@-example.com',
    'ada@example.com.',
    'ada@example..com',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(64)}.com`,
    `ada@${'a.'.repeat(125)}com`,
    // What a parser of web addresses would decode, drop or cut off.
    'ada@example.com/path',
    'ada@example.com?query',
    'ada@example.com#part',
    'ada@example.com\\path',
    'ada@example.com:25',
    'ada@ex%61mple.com',
    'ada@exam\tple.com',
    'ada@exam\nple.com',
    'ada@example.com\r\nBcc: eve@evil.org',
    'ada@[127.0.0.1]',
    'ada@[::1]',
    // Numbers that it would read as an address of the network.
    'ada@127.0.0.10',
    'ada@2130706443',
    'ada@0x7f.0.0.0x0a',
  ])('%j', (text) => {
    expect(parseEmail(text)).toBeNull()
  })
})

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/).filter((text) => !text.startsWith('xn--'))
const local = fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[a-z0-9+_-]{1,10}){0,2}$/)
const email = fc
  .tuple(local, fc.array(label, { minLength: 1, maxLength: 3 }), fc.constantFrom('com', 'org', 'example', 'xn--p1ai'))
  .map(([name, labels, top]) => `${name}@${[...labels, top].join('.')}`)
  .filter((text) => !/\.[a-z0-9]{2}--/.test(text) && !/@[a-z0-9]{2}--/.test(text))

const wide = (text: string) =>
  text.replace(/[!-~]/g, (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0))

test('H-4 letter case, width, form and spaces around make no other address', () => {
  fc.assert(
    fc.property(email, fc.nat(), (text, at) => {
      const plain = parseEmail(text)
      expect(plain).toEqual({ address: text, key: text })
      const cut = at % text.length
      const spelt = ` ${text.slice(0, cut).toUpperCase()}${wide(text.slice(cut))}\u2003`
      expect(parseEmail(spelt)?.key).toBe(text)
      expect(parseEmail(spelt.normalize('NFD'))?.key).toBe(text)
    }),
  )
})

test('H-4 whatever comes in: nothing, or one plain address that stands for itself', () => {
  const parts = fc.array(
    fc.oneof(
      fc.constantFrom(
        '@',
        '.',
        '＠',
        '．',
        '。',
        ' ',
        '\n',
        '\0',
        'a',
        'Z',
        'ä',
        'a\u0308',
        'ß',
        'ﬁ',
        '%2e',
        '/',
        '127',
      ),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      email,
    ),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(
      fc.oneof(
        parts.map((list) => list.join('')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        const parsed = parseEmail(text)
        if (parsed === null) return
        const { address, key } = parsed
        expect(address).toMatch(/^[!-?A-~]+@[a-z0-9.-]+\.[a-z][a-z0-9-]*[a-z0-9]$/)
        expect(address.length).toBeLessThanOrEqual(254)
        expect(key).toBe(address.toLowerCase())
        expect(parseEmail(address)).toEqual(parsed)
        expect(parseEmail(key)).toEqual({ address: key, key })
      },
    ),
    { numRuns: 2_000 },
  )
})

test('the hash of an email is that of all its spellings, and of no other', () => {
  const hashOf = (text: string) => emailHash(parseEmail(text) as { key: string })
  expect(hashOf('ADA@example.com ')).toBe(hashOf('ada@example.com'))
  expect(hashOf('ada@example.com')).not.toBe(hashOf('ada@example.org'))
})
