import { describe, expect, test } from 'vitest'
import { allKinds, type CookieKind, type CookiePolicy, createCookies } from './cookies.ts'

const names = {
  access: 'vigile_access',
  refresh: 'vigile_refresh',
  csrf: 'vigile_csrf',
  hint: 'vigile_hint',
  device: 'vigile_device',
  pending: 'vigile_pending',
  link: 'vigile_link',
  oauth: 'vigile_oauth',
  exchange: 'vigile_exchange',
}
const kinds = Object.keys(names).filter((kind): kind is CookieKind => kind !== 'oauth' && kind !== 'exchange')
const production: CookiePolicy = {
  secure: true,
  sameSite: 'strict',
  domain: null,
  prefix: true,
  authPath: '/api/auth',
  names,
}
const lines = (policy: CookiePolicy) => [
  ...kinds.map((kind) => createCookies(policy).set(kind, 'v', 60)),
  ...allKinds
    .filter((kind) => kind === 'oauth' || kind === 'exchange')
    .map((kind) => createCookies(policy).setFlow(kind, { mark: '1f2e3d4c', value: 'v' }, 60)),
]

describe('the table of what the browser holds', () => {
  test('COOK-1 COOK-2 COOK-3 COOK-4 COOK-5 S-43 S-44 S-45 in production, over https', () => {
    expect(lines(production)).toEqual([
      '__Host-vigile_access=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Strict',
      '__Secure-vigile_refresh=v; Max-Age=60; Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
      '__Host-vigile_csrf=v; Max-Age=60; Path=/; Secure; SameSite=Strict',
      '__Host-vigile_hint=v; Max-Age=60; Path=/; Secure; SameSite=Lax',
      '__Secure-vigile_device=v; Max-Age=60; Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
      '__Secure-vigile_pending=v; Max-Age=60; Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
      '__Secure-vigile_link=v; Max-Age=60; Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
      '__Secure-vigile_oauth_1f2e3d4c=v; Max-Age=60; Path=/api/auth/oauth; HttpOnly; Secure; SameSite=Lax',
      '__Secure-vigile_exchange_1f2e3d4c=v; Max-Age=60; Path=/api/auth; HttpOnly; Secure; SameSite=Strict',
    ])
  })

  test('COOK-3 COOK-4 in development, over http: a prefixed cookie would be dropped', () => {
    expect(lines({ ...production, secure: false, sameSite: 'lax' })).toEqual([
      'vigile_access=v; Max-Age=60; Path=/; HttpOnly; SameSite=Lax',
      'vigile_refresh=v; Max-Age=60; Path=/api/auth; HttpOnly; SameSite=Lax',
      'vigile_csrf=v; Max-Age=60; Path=/; SameSite=Lax',
      'vigile_hint=v; Max-Age=60; Path=/; SameSite=Lax',
      'vigile_device=v; Max-Age=60; Path=/api/auth; HttpOnly; SameSite=Lax',
      'vigile_pending=v; Max-Age=60; Path=/api/auth; HttpOnly; SameSite=Lax',
      'vigile_link=v; Max-Age=60; Path=/api/auth; HttpOnly; SameSite=Lax',
      'vigile_oauth_1f2e3d4c=v; Max-Age=60; Path=/api/auth/oauth; HttpOnly; SameSite=Lax',
      'vigile_exchange_1f2e3d4c=v; Max-Age=60; Path=/api/auth; HttpOnly; SameSite=Lax',
    ])
  })

  test('COOK-4 with a domain none is __Host-', () => {
    const set = lines({ ...production, domain: 'example.com' })
    for (const line of set) expect(line).toMatch(/^__Secure-.*; Domain=example\.com;/)
  })

  test('OAU-2 cookies of flows are read with their marks; what only looks like one is none', () => {
    const { read, clearFlow } = createCookies({ ...production, secure: false })
    const header = 'vigile_oauth_1f2e3d4c=a; vigile_oauth_00000000=b; vigile_exchange_1f2e3d4c=c; vigile_link=d'
    const strange =
      'vigile_oauth=x; vigile_oauth_=x; vigile_oauth_1F2E3D4C=x; vigile_oauth_1f2e3d4cd=x; _oauth_1f2e3d4c=x'
    expect(read(`${header}; ${strange}`)).toMatchObject({
      oauth: [
        { mark: '1f2e3d4c', value: 'a' },
        { mark: '00000000', value: 'b' },
      ],
      exchange: [{ mark: '1f2e3d4c', value: 'c' }],
      link: ['d'],
    })
    expect(clearFlow('oauth', '1f2e3d4c')).toBe(
      'vigile_oauth_1f2e3d4c=; Max-Age=0; Path=/api/auth/oauth; HttpOnly; SameSite=Lax',
    )
  })

  test('COOK-4 COOK-8 names of one’s own, without the prefix', () => {
    const own = { ...production, prefix: false, names: { ...names, access: 'crm_token', csrf: 'csrf_token' } }
    const cookies = createCookies(own)
    expect(cookies.set('access', 'v', 60)).toMatch(/^crm_token=v; /)
    expect(cookies.set('csrf', 'v', 60)).toMatch(/^csrf_token=v; /)
    expect(cookies.read('crm_token=a; csrf_token=b; vigile_access=c')).toMatchObject({ access: ['a'], csrf: ['b'] })
  })

  test('COOK-7 each is cleared with the attributes that it was set with', () => {
    for (const policy of [production, { ...production, secure: false }, { ...production, domain: 'example.com' }]) {
      const cookies = createCookies(policy)
      for (const kind of kinds)
        expect(cookies.clear(kind)).toBe(cookies.set(kind, '', 60).replace('Max-Age=60', 'Max-Age=0'))
    }
  })

  test.each([
    [90.9, 90],
    [0.4, 1],
    [-5, 1],
    [401 * 86_400, 34_560_000],
    [Number.POSITIVE_INFINITY, 34_560_000],
  ])('COOK-6 S-47 a life of %d s becomes Max-Age %d', (seconds, maxAge) => {
    expect(createCookies(production).set('refresh', 'v', seconds)).toContain(`; Max-Age=${maxAge};`)
  })
})

describe('what a Cookie header says', () => {
  const { read } = createCookies(production)
  const access = (header: string) => read(header).access

  test('nothing, or nothing of ours', () => {
    for (const header of [null, '', ';', '=', ';;;=;', 'other=1; __Host-vigile_acces=2; vigile_access=3'])
      expect(Object.values(read(header)).flat()).toEqual([])
  })

  test('COOK-8 every value of a name, in the order in which they came; a foreign one is no matter', () => {
    const header = 'a=b; __Host-vigile_access=1;__Host-vigile_access=2; x; __Host-vigile_access="3"; c=d=e'
    expect(access(header)).toEqual(['1', '2', '"3"'])
    expect(access('__Host-vigile_access=a=b==')).toEqual(['a=b=='])
  })

  test.each([
    ['other letters (RFC 6265bis section 5.4)', '__host-vigile_access=evil'],
    ['more other letters', '__HOST-VIGILE_ACCESS=evil'],
    ['no prefix', 'vigile_access=evil'],
    ['the other prefix', '__Secure-vigile_access=evil'],
    ['a no-break space before the prefix, which browsers do not hold for one', '\u00a0__Host-vigile_access=evil'],
    ['a byte order mark', '\ufeff__Host-vigile_access=evil'],
    ['a line separator', '\u2028__Host-vigile_access=evil'],
    ['a vertical tab', '\u000b__Host-vigile_access=evil'],
    ['a no-break space after the name', '__Host-vigile_access\u00a0=evil'],
    ['a name without a value', '__Host-vigile_access'],
    ['a nameless cookie that looks like ours', '=__Host-vigile_access=evil'],
    ['the old version attribute', '$Version="1, __Host-vigile_access=evil"'],
    ['a comma for a semicolon', 'a=b, __Host-vigile_access=evil'],
  ])('S-46 COOK-8 a planted cookie is not taken for the session: %s', (_, header) => {
    expect(access(header)).toEqual([])
    expect(access(`${header}; __Host-vigile_access=mine`)).toEqual(['mine'])
  })

  test('spaces and tabs around are no part of it, however many', () => {
    expect(access('\t __Host-vigile_access \t=\t mine\t ')).toEqual(['mine'])
    const blanks = ' '.repeat(500_000)
    expect(access(`${blanks}x${blanks}=1; __Host-vigile_access=mine`)).toEqual(['mine'])
  })

  test('S-48 a cookie over 4,096 bytes is not ours', () => {
    expect(access(`__Host-vigile_access=${'a'.repeat(4096)}`)).toEqual([])
    expect(access(`__Host-vigile_access=${'a'.repeat(4000)}`)).toHaveLength(1)
  })

  test('names of objects are names like others', () => {
    const { read: readNamed } = createCookies({ ...production, prefix: false })
    expect(Object.values(readNamed('__proto__=1; constructor=2; toString=3')).flat()).toEqual([])
  })
})
