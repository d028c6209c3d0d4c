import { expect, test } from 'vitest'
import { readFrom } from './answers.suite.ts'
import { oauth2 } from './oauth2.ts'

const url = 'https://forge.example.com/api/user'
const forge = (of: (user: never) => object) =>
  oauth2({
    id: 'forge',
    name: 'Forge',
    clientId: 'id',
    clientSecret: 'secret',
    authorizationEndpoint: 'https://forge.example.com/oauth/authorize',
    tokenEndpoint: 'https://forge.example.com/oauth/token',
    scopes: ['read'],
    profile: { url, of },
  })

test('what its answer means is said by a function, and checked', async () => {
  const of = (user: { id: number; mail: string; confirmed: boolean }) => ({
    subject: user.id,
    email: user.mail,
    emailVerified: user.confirmed,
    image: 'http://forge.example.com/7.png',
  })
  const { read } = readFrom({ [url]: { id: 7, mail: 'ada@example.com', confirmed: true } })
  expect(await forge(of).profile(read, null, null)).toEqual({
    subject: '7',
    email: 'ada@example.com',
    emailVerified: true,
    name: null,
    image: null,
    label: null,
  })
  await expect(forge(of).profile(readFrom({ [url]: {} }).read, null, null)).rejects.toThrow('does not say who')
  await expect(forge(of).profile(readFrom({ [url]: null }).read, null, null)).rejects.toThrow()
})

test('it is called by the origin of its pages, unless it calls itself something else', () => {
  expect(forge(() => ({})).server).toMatchObject({ kind: 'fixed', issuer: 'https://forge.example.com' })
  expect(forge(() => ({}))).toMatchObject({ again: null, tokenAuth: 'post', reads: {} })
})
