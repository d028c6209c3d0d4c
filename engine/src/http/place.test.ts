import { describe, expect, test } from 'vitest'
import { placeOf } from './place.ts'

const own = 'https://shop.example.com'
const app = 'https://app.example.com:8443'
/** Begins as another one does. */
const staging = `${own}:9443`
const origins = { own, allowed: new Set([own, app, staging]) }

describe('OAU-5 S-55 S-57 where somebody goes once they are signed in', () => {
  test.each([
    ['/', own, '/'],
    ['/orders?page=2#last', own, '/orders?page=2#last'],
    [own, own, '/'],
    [`${own}/orders`, own, '/orders'],
    [app, app, '/'],
    [`${staging}/orders`, staging, '/orders'],
    [`${app}/`, app, '/'],
    [`${app}/a/../b?x=//evil.example`, app, '/b?x=//evil.example'],
  ])('%s', (text, frontend, returnTo) => {
    expect(placeOf(text, origins)).toEqual({ frontend, returnTo })
  })

  test.each([
    '',
    'orders',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/%09/../\\evil.example',
    '/..//evil.example',
    'https://evil.example',
    'https://evil.example/',
    'https:evil.example',
    'https:/shop.example.com/x',
    'https:\\\\shop.example.com/x',
    'HTTPS://SHOP.EXAMPLE.COM/x',
    'http://shop.example.com/',
    `${own}.evil.example/`,
    `${own}@evil.example/`,
    `${own}:443/`,
    `${own}:8443/`,
    `${own}\\@evil.example/`,
    `${own}//evil.example`,
    `${own}/..//evil.example`,
    `${own}/\\evil.example`,
    ` ${own}/`,
    `${own}\u0000/`,
    'https://ada:secret@shop.example.com/',
    'https://app.example.com/',
    'https://app.example.com:8444/',
    'https://shop.example.com%2eevil.example/',
    'https://shop．example．com/',
    'javascript:alert(1)',
    'data:text/html,x',
    'null',
  ])('%j is nowhere', (text) => {
    expect(placeOf(text, origins)).toBeNull()
  })
})
