import { describe, expect, test } from 'vitest'
import { readFrom } from './answers.suite.ts'
import { github } from './github.ts'

const api = 'https://api.github.com'
const grace = { id: 583_231, login: 'grace', name: 'Grace Hopper', avatar_url: 'https://avatars.example.com/u/1?v=4' }
const read = (user: unknown, emails: unknown) => readFrom({ [`${api}/user`]: user, [`${api}/user/emails`]: emails })
const profileOf = (user: unknown, emails: unknown) => github().profile(read(user, emails).read, null, null)

describe('GitHub says', () => {
  test('who somebody is, whose address is not public', async () => {
    const emails = [
      { email: 'other@example.com', primary: false, verified: true },
      { email: 'grace@example.com', primary: true, verified: true },
    ]
    const { read: ask, asked } = read({ ...grace, email: null }, emails)
    expect(await github().profile(ask, null, null)).toEqual({
      subject: '583231',
      email: 'grace@example.com',
      emailVerified: true,
      name: 'Grace Hopper',
      image: 'https://avatars.example.com/u/1?v=4',
      label: '@grace',
    })
    for (const { headers } of asked)
      expect(headers).toMatchObject({ accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' })
  })

  test('H-3 an address on the public profile vouches for nothing', async () => {
    const profile = await profileOf({ ...grace, email: 'victim@example.com' }, [])
    expect(profile).toMatchObject({ email: null, emailVerified: false })
  })

  test.each([
    ['a primary address that is not verified', [{ email: 'g@example.com', primary: true, verified: false }]],
    ['verified in another kind', [{ email: 'g@example.com', primary: true, verified: 'yes' }]],
    ['only others', [{ email: 'g@example.com', primary: false, verified: true }]],
    ['addresses that are none', [null, 'g@example.com', { email: 7, primary: true, verified: true }]],
  ])('%s: none is vouched for', async (_, emails) => {
    expect(await profileOf(grace, emails)).toMatchObject({ emailVerified: false })
  })

  test.each([
    ['an error', { message: 'Bad credentials' }, []],
    ['a login in place of an id', { ...grace, id: 'grace' }, []],
    ['an error for the addresses', grace, { message: 'Not Found' }],
    ['more addresses than anybody has', grace, Array.from({ length: 1001 }, () => null)],
  ])('%s: then nobody is signed in', async (_, user, emails) => {
    await expect(profileOf(user, emails)).rejects.toThrow()
  })

  test('a name is not needed', async () => {
    expect(await profileOf({ ...grace, name: null }, [])).toMatchObject({ name: 'grace' })
  })
})

describe('S-69 what the person allowed is taken back', () => {
  const tokens = { accessToken: 'gho_1', refreshToken: null, expiresAt: null, scope: null }
  const revoke = async (status: number) => {
    const sent: Request[] = []
    const send = async (request: Request) => {
      sent.push(request)
      return new Response(null, { status })
    }
    await github().revoke?.(send, tokens, { clientId: 'Ov23 li', clientSecret: 's' })
    return sent
  }

  test('the grant with all its tokens, by the client’s own credentials', async () => {
    const [request] = await revoke(204)
    expect([request?.method, request?.url]).toEqual(['DELETE', `${api}/applications/Ov23%20li/grant`])
    expect(request?.headers.get('authorization')).toBe(`Basic ${btoa('Ov23 li:s')}`)
    expect(await request?.json()).toEqual({ access_token: 'gho_1' })
  })

  test('who has taken it back already is no fault; a refusal is', async () => {
    await expect(revoke(404)).resolves.toHaveLength(1)
    await expect(revoke(401)).rejects.toThrow('401')
    await expect(revoke(503)).rejects.toThrow('503')
  })
})
