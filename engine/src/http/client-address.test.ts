import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressKey, clientAddress, parseNetworks, plainAddress } from './client-address.ts'

const trusting = (...texts: string[]) => parseNetworks('VIGILE_TRUSTED_PROXIES', texts).networks

describe('LIM-2 S-56 the address of a client', () => {
  test.each([
    ['nobody is trusted: the socket, whatever the header says', [], '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['a stranger names a trusted proxy', ['10.0.0.0/8'], '203.0.113.9', '10.0.0.1', '203.0.113.9'],
    ['one trusted proxy', ['10.0.0.0/8'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['what the client wrote stands on the left', ['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['a chain of trusted proxies', ['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, 203.0.113.9, 10.9.9.9', '203.0.113.9'],
    ['a chain of two networks', ['10.0.0.0/8', 'fd00::/8'], 'fd00::1', '203.0.113.9,10.0.0.1', '203.0.113.9'],
    ['no header', ['10.0.0.0/8'], '10.0.0.1', null, '10.0.0.1'],
    ['an empty header', ['10.0.0.0/8'], '10.0.0.1', '', '10.0.0.1'],
    ['a malformed hop ends the walk', ['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, unknown', '10.0.0.1'],
    ['an obfuscated hop ends the walk', ['10.0.0.0/8'], '10.0.0.1', '1.1.1.1, _hidden', '10.0.0.1'],
    ['an empty hop ends the walk', ['10.0.0.0/8'], '10.0.0.1', '1.1.1.1,,', '10.0.0.1'],
    ['hops that are all trusted', ['10.0.0.0/8'], '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['a proxy that writes the port', ['10.0.0.1'], '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['a proxy that writes brackets and port', ['10.0.0.1'], '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    ['a proxy over a dual-stack socket', ['10.0.0.1'], '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['octal digits are no address', ['10.0.0.1'], '10.0.0.1', '0300.0.0.1', '10.0.0.1'],
  ])('%s', (_, proxies, peer, header, client) => {
    expect(clientAddress(peer, header, trusting(...proxies))).toBe(client)
  })

  test('only the last twenty hops are looked at', () => {
    const header = ['203.0.113.9', ...Array<string>(5000).fill('10.0.0.2')].join(',')
    expect(clientAddress('10.0.0.1', header, trusting('10.0.0.0/8'))).toBe('10.0.0.2')
  })

  test('a transport that does not tell has no address, whatever the header says', () => {
    expect(clientAddress(undefined, '203.0.113.9', trusting('10.0.0.0/8'))).toBeNull()
    expect(clientAddress('', '203.0.113.9', trusting('10.0.0.0/8'))).toBeNull()
  })

  test('no header, however written, moves a client that is no trusted proxy', () => {
    const trusted = trusting('10.0.0.0/8', 'fd00::/8')
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.array(fc.ipV4()).map(String)), (header) => {
        expect(clientAddress('203.0.113.9', header, trusted)).toBe('203.0.113.9')
      }),
    )
  })

  test('whatever a client writes, it stands before what the proxy adds', () => {
    fc.assert(
      fc.property(fc.string(), fc.ipV4(), (written, real) => {
        fc.pre(!real.startsWith('10.'))
        expect(clientAddress('10.0.0.1', `${written}, ${real}`, trusting('10.0.0.0/8'))).toBe(real)
      }),
    )
  })
})

describe('H-7 one subscriber is one client, by each spelling of the address', () => {
  test.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::FFFF:203.0.113.9', '203.0.113.9'],
    ['::ffff:cb00:7109', '203.0.113.9'],
    ['0:0:0:0:0:ffff:cb00:7109', '203.0.113.9'],
    ['0000:0000:0000:0000:0000:ffff:203.0.113.9', '203.0.113.9'],
  ])('%s counts as %s', (text, key) => {
    expect(addressKey(plainAddress(text) as string)).toBe(key)
  })

  test('an IPv4 address has one key, plain or mapped; an IPv6 address has that of its /64', () => {
    const keyOf = (text: string) => addressKey(plainAddress(text) as string)
    fc.assert(fc.property(fc.ipV4(), (address) => keyOf(`::ffff:${address}`) === address && keyOf(address) === address))
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 }),
        (network, host) => {
          fc.pre(network.some((group) => group !== 0))
          const key = `${network.map((group) => group.toString(16)).join(':')}::/64`
          expect(keyOf([...network, ...host].map((group) => group.toString(16).padStart(4, '0')).join(':'))).toBe(key)
        },
      ),
    )
  })

  test.each(['', ' ', '1.2.3', '1.2.3.4.5', '256.1.1.1', '::g', '1::2::3', '[::1', 'localhost', `1${' '.repeat(99)}1`])(
    '"%s" is no address',
    (text) => {
      expect(plainAddress(text)).toBeNull()
    },
  )
})

describe('OPS-1 LIM-6 lists of networks', () => {
  test.each(['10.0.0.0/33', 'fd00::/129', '10.0.0.0/-1', '10.0.0.0/8x', '10.0.0/8', 'proxy.internal', '', '10.0.0.1/'])(
    '"%s" is named as no network',
    (text) => {
      const { faults, networks } = parseNetworks('VIGILE_TRUSTED_PROXIES', ['192.0.2.1', text])
      expect(faults).toMatchObject([{ setting: 'VIGILE_TRUSTED_PROXIES', wrong: `"${text}" is no address or network` }])
      expect(networks.contains('192.0.2.1')).toBe(true)
    },
  )

  test.each(['0.0.0.0/0', '::/0'])('%s would trust everyone', (text) => {
    expect(parseNetworks('VIGILE_TRUSTED_PROXIES', [text]).faults[0]?.wrong).toContain('every address')
  })

  test('addresses and prefixes of both families', () => {
    const networks = trusting('192.0.2.7', '10.0.0.0/8', '2001:db8::/32', 'fd00::5')
    for (const inside of ['192.0.2.7', '10.255.0.1', '2001:db8:ffff::1', 'fd00::5'])
      expect(networks.contains(inside), inside).toBe(true)
    for (const outside of ['192.0.2.8', '11.0.0.1', '2001:db9::1', 'fd00::6'])
      expect(networks.contains(outside), outside).toBe(false)
    expect(trusting().contains('127.0.0.1')).toBe(false)
  })
})
