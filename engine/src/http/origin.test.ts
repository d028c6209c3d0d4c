import { describe, expect, test } from 'vitest'
import { corsHeaders, isChangeAllowed, isOwnNavigation, preflightHeaders } from './origin.ts'

const origins = {
  own: 'https://shop.example.com',
  allowed: new Set(['https://shop.example.com', 'https://app.example.com']),
}
const allowed = (headers: Record<string, string>) => isChangeAllowed(new Headers(headers), origins)

describe('CSRF-2 S-54 where a change may come from', () => {
  test.each([
    ['our own page', { origin: 'https://shop.example.com' }, true],
    ['a listed origin', { origin: 'https://app.example.com', 'sec-fetch-site': 'same-site' }, true],
    ['no browser: neither header', {}, true],
    ['our own page, from a browser that leaves Origin out', { 'sec-fetch-site': 'same-origin' }, true],
    ['typed by the user', { 'sec-fetch-site': 'none' }, true],
    ['a sandboxed frame, a redirect, a file', { origin: 'null' }, false],
    ['a file whose Fetch metadata pretends', { origin: 'null', 'sec-fetch-site': 'same-origin' }, false],
    ['another site', { origin: 'https://evil.example' }, false],
    ['a sub-domain', { origin: 'https://blog.shop.example.com' }, false],
    ['a sister domain', { origin: 'https://blog.example.com' }, false],
    ['another port', { origin: 'https://shop.example.com:8443' }, false],
    ['another scheme', { origin: 'http://shop.example.com' }, false],
    ['a longer name', { origin: 'https://shop.example.com.evil.example' }, false],
    ['the name within another', { origin: 'https://evilshop.example.com' }, false],
    ['other letters', { origin: 'https://SHOP.example.com' }, false],
    ['a trailing slash', { origin: 'https://shop.example.com/' }, false],
    ['two origins', { origin: 'https://shop.example.com, https://evil.example' }, false],
    ['two origins by a space (RFC 6454)', { origin: 'https://shop.example.com https://evil.example' }, false],
    ['an empty one', { origin: '' }, false],
    ['cross-site by Fetch metadata', { 'sec-fetch-site': 'cross-site' }, false],
    ['same-site by Fetch metadata', { 'sec-fetch-site': 'same-site' }, false],
  ])('%s', (_, headers, isAllowed) => {
    expect(allowed(headers)).toBe(isAllowed)
  })
})

describe('CSRF-2 where somebody comes from who follows a link', () => {
  const sister = 'https://blog.example.com/post?x=1'
  test.each([
    ['no browser, or an old one', {}, true],
    ['our own page', { 'sec-fetch-site': 'same-origin' }, true],
    ['typed, a bookmark, a letter', { 'sec-fetch-site': 'none' }, true],
    ['a listed origin', { 'sec-fetch-site': 'same-site', referer: 'https://app.example.com/' }, true],
    ['another site', { 'sec-fetch-site': 'cross-site' }, false],
    [
      'another site, whatever it pretends',
      { 'sec-fetch-site': 'cross-site', referer: 'https://app.example.com/' },
      false,
    ],
    ['a sister domain', { 'sec-fetch-site': 'same-site', referer: sister }, false],
    ['a sister domain that says nothing', { 'sec-fetch-site': 'same-site' }, false],
    [
      'a sister domain that begins alike',
      { 'sec-fetch-site': 'same-site', referer: 'https://app.example.com.blog.example.com/' },
      false,
    ],
    ['a broken referrer', { 'sec-fetch-site': 'same-site', referer: 'https://' }, false],
    ['what no browser says yet', { 'sec-fetch-site': 'near' }, false],
  ])('%s', (_, headers, isOwn) => {
    expect(isOwnNavigation(new Headers(headers as Record<string, string>), origins)).toBe(isOwn)
  })
})

describe('CSRF-3 S-53 who may read an answer', () => {
  const foreign = [null, '', 'null', '*', 'https://evil.example', 'https://shop.example.com', 'https://APP.example.com']
  test.each(foreign)('%s gets no header', (origin) => {
    expect(corsHeaders(origin, origins)).toEqual({})
    expect(preflightHeaders(origin, origins, ['POST'])).toEqual({})
  })

  test('a listed origin is named, to the letter, with credentials', () => {
    expect(corsHeaders('https://app.example.com', origins)).toMatchObject({
      'Access-Control-Allow-Origin': 'https://app.example.com',
      'Access-Control-Allow-Credentials': 'true',
    })
    expect(preflightHeaders('https://app.example.com', origins, ['GET', 'HEAD'])).toMatchObject({
      'Access-Control-Allow-Methods': 'GET, HEAD',
    })
  })
})
