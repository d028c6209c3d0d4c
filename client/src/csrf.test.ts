import { expect, test } from 'vitest'
import { createCsrf } from './csrf.ts'
import type { Ports } from './ports.ts'

const csrfOf = (cookies: () => string, answer: () => Promise<Response> = () => Promise.reject(new Error('none'))) =>
  createCsrf({ cookies } as unknown as Ports, 'vigile_csrf', answer)

test('CSRF-1 the strictest name is read first: a planted plain one does not hide it', () => {
  const jar = (cookies: string) => csrfOf(() => cookies).token()
  expect(jar('vigile_csrf=planted; __Host-vigile_csrf=true')).toBe('true')
  expect(jar('vigile_csrf=planted; __Secure-vigile_csrf=true')).toBe('true')
  expect(jar('a=b; vigile_csrf=plain=padded==')).toBe('plain=padded==')
  expect(jar('not_vigile_csrf=other; xvigile_csrf=no')).toBe('')
  expect(jar('')).toBe('')
})

test('CSRF-1 a refused cookie is not read again, until it changes', async () => {
  let cookies = 'vigile_csrf=planted'
  const csrf = csrfOf(
    () => cookies,
    async () => Response.json({ csrfToken: 'fetched' }),
  )
  expect(await csrf.renew(csrf.token())).toBe(true)
  expect(csrf.token()).toBe('fetched')
  cookies = 'vigile_csrf=renewed'
  expect(csrf.token()).toBe('renewed')
})

test('CSRF-1 a token that cannot be fetched leaves all as it was', async () => {
  for (const answer of [() => Promise.reject(new Error('network')), async () => new Response('<html>')]) {
    const csrf = csrfOf(() => 'vigile_csrf=held', answer)
    expect(await csrf.renew('held')).toBe(false)
    expect(csrf.token()).toBe('held')
  }
})
