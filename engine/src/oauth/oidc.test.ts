import { describe, expect, test } from 'vitest'
import { readFrom } from './answers.suite.ts'
import { google } from './google.ts'
import { oidc } from './oidc.ts'

const endpoint = 'https://id.example.com/me'
const emmy = {
  sub: 'emmy',
  email: 'emmy@example.com',
  email_verified: true,
  name: 'Emmy Noether',
  preferred_username: 'emmy',
}
const { read: nothing } = readFrom({})

describe('an OpenID Connect provider says', () => {
  test('who somebody is in the ID token, and is not asked again', async () => {
    const picture = 'https://id.example.com/emmy.png'
    expect(await oidc().profile(nothing, { ...emmy, picture }, endpoint)).toEqual({
      subject: 'emmy',
      email: 'emmy@example.com',
      emailVerified: true,
      name: 'Emmy Noether',
      image: picture,
      label: 'emmy',
    })
  })

  test('the rest at userinfo, where the ID token says nothing of the email', async () => {
    const { read, asked } = readFrom({ [endpoint]: emmy })
    expect(await oidc().profile(read, { sub: 'emmy' }, endpoint)).toMatchObject({
      email: emmy.email,
      emailVerified: true,
    })
    expect(asked).toHaveLength(1)
    expect(await oidc().profile(nothing, { sub: 'emmy' }, null)).toMatchObject({ email: null, emailVerified: false })
  })

  test('nothing that counts at userinfo for somebody else', async () => {
    for (const answer of [{ ...emmy, sub: 'root' }, { email: emmy.email }, null, [emmy]])
      await expect(oidc().profile(readFrom({ [endpoint]: answer }).read, { sub: 'emmy' }, endpoint)).rejects.toThrow(
        'somebody else',
      )
  })

  test('H-3 whether it vouches for an address: true or the word, nothing else', async () => {
    const vouched = async (email_verified: unknown) =>
      (await oidc().profile(nothing, { ...emmy, email_verified }, null)).emailVerified
    expect(await Promise.all([true, 'true', false, 'yes', 1, undefined, null].map(vouched))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
  })

  test('S-75 nobody is signed in without an ID token', async () => {
    await expect(oidc().profile(readFrom({ [endpoint]: emmy }).read, null, endpoint)).rejects.toThrow('no ID token')
    await expect(google().profile(readFrom({ [endpoint]: emmy }).read, null, endpoint)).rejects.toThrow('no ID token')
  })
})

describe('Google', () => {
  const claims = { ...emmy, sub: '110248495921238986420' }

  test('accounts are known by their address', async () => {
    expect(await google().profile(nothing, claims, null)).toMatchObject({ label: emmy.email, emailVerified: true })
    expect(await google().profile(nothing, { ...claims, email_verified: false }, null)).toMatchObject({
      emailVerified: false,
    })
  })

  test('an account of another domain is refused where one is asked for, whatever its address says', async () => {
    const { profile } = google({ hostedDomain: 'example.com' })
    await expect(profile(nothing, claims, null)).rejects.toThrow('hosted_domain')
    await expect(profile(nothing, { ...claims, hd: 'evil.example' }, null)).rejects.toThrow('hosted_domain')
    expect(await profile(nothing, { ...claims, hd: 'example.com' }, null)).toMatchObject({ email: emmy.email })
  })
})
