import { describe, expect, test } from 'vitest'
import { createBoundFetch } from './bound-fetch.ts'

const keys = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])) as CryptoKeyPair
const url = 'https://app.test/api/auth/refresh'

type Sent = { url: string; proof: string | null; body: string; payload: Record<string, unknown> | null }

const open = (answers: Response[], key: CryptoKeyPair | null = keys, stored = async () => key) => {
  const sent: Sent[] = []
  const send = async (request: Request) => {
    const proof = request.headers.get('DPoP')
    const payload = proof && JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString())
    sent.push({ url: request.url, proof, body: await request.text(), payload })
    return answers.shift() ?? new Response(null, { status: 204 })
  }
  return { sent, boundFetch: createBoundFetch('vigile', '/api/auth', { send, key: stored }) }
}

const refresh = () => new Request(url, { method: 'POST', body: '{"settled":"f"}' })
const refused = (nonce: string, more: object = {}) =>
  new Response(JSON.stringify({ code: 'proof_required', fingerprint: 'f', ...more }), {
    status: 401,
    headers: { 'DPoP-Nonce': nonce },
  })

describe('S-77 PROTOCOL bound: a proof with each act', () => {
  test('names method and address, has an id of its own, and a signature that its key made', async () => {
    const { sent, boundFetch } = open([])
    await boundFetch(refresh())
    await boundFetch(refresh())
    const [one, two] = sent
    expect(one?.payload).toMatchObject({ htm: 'POST', htu: url })
    expect(one?.payload?.jti).not.toBe(two?.payload?.jti)
    const [header = '', payload = '', signature = ''] = `${one?.proof}`.split('.')
    const { jwk } = JSON.parse(Buffer.from(header, 'base64url').toString())
    expect(Object.keys(jwk).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    const publicKey = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'verify',
    ])
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' }
    const text = new TextEncoder().encode(`${header}.${payload}`)
    expect(await crypto.subtle.verify(algorithm, publicKey, Buffer.from(signature, 'base64url'), text)).toBe(true)
  })

  test('a nonce that is asked for is used at once, with the same body, and from then on', async () => {
    const { sent, boundFetch } = open([refused('n1'), new Response('{}', { headers: { 'DPoP-Nonce': 'n2' } })])
    expect((await boundFetch(refresh())).status).toBe(200)
    await boundFetch(refresh())
    expect(sent.map(({ payload, body }) => [payload?.nonce, body])).toEqual([
      [undefined, '{"settled":"f"}'],
      ['n1', '{"settled":"f"}'],
      ['n2', '{"settled":"f"}'],
    ])
  })

  test('is tried twice at most', async () => {
    const { sent, boundFetch } = open([refused('n1'), refused('n2'), refused('n3')])
    expect((await boundFetch(refresh())).status).toBe(401)
    expect(sent).toHaveLength(2)
  })

  test('goes with acts of the auth path alone', async () => {
    const { sent, boundFetch } = open([])
    await boundFetch(new Request('https://app.test/api/auth/me'))
    await boundFetch(new Request('https://app.test/api/products', { method: 'POST', body: '{}' }))
    await boundFetch(new Request('https://app.test/api/authors', { method: 'POST', body: '{}' }))
    expect(sent.map(({ proof }) => proof)).toEqual([null, null, null])
  })
})

test('PROTOCOL bound: without a place for keys requests go as they are', async () => {
  const { sent, boundFetch } = open([refused('n1')], null)
  expect((await boundFetch(refresh())).status).toBe(401)
  expect(sent.map(({ proof }) => proof)).toEqual([null])
})

describe('PROTOCOL bound: a lost key', () => {
  const make = async () =>
    (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])) as CryptoKeyPair
  const keyOf = ({ proof }: Sent) => JSON.parse(Buffer.from(`${proof}`.split('.')[0] ?? '', 'base64url').toString()).jwk
  const lost = (nonce: string) => refused(nonce, { reason: 'key_lost' })

  test('that another tab has replaced: read again, and tried once with it', async () => {
    const other = await make()
    let stored = keys
    const { sent, boundFetch } = open([refused('n1'), lost('n1'), new Response('{}')], keys, async () => stored)
    const answering = boundFetch(refresh())
    stored = other
    expect((await answering).status).toBe(200)
    await boundFetch(refresh())
    const [mine, theirs] = await Promise.all(
      [keys, other].map(async ({ publicKey }) => (await crypto.subtle.exportKey('jwk', publicKey)).x),
    )
    expect(sent.map((one) => keyOf(one).x)).toEqual([mine, mine, theirs, theirs])
    expect(sent.map(({ body, payload }) => [body, payload?.nonce]).at(2)).toEqual(['{"settled":"f"}', 'n1'])
  })

  test('that is the one in store: the refusal stands, and can be read', async () => {
    const { sent, boundFetch } = open([refused('n1'), lost('n1')])
    expect((await (await boundFetch(refresh())).json()).reason).toBe('key_lost')
    expect(sent).toHaveLength(2)
  })

  test('with another one each time: given up after one more', async () => {
    const { sent, boundFetch } = open([refused('n1'), lost('n1'), lost('n1'), lost('n1')], keys, make)
    expect((await boundFetch(refresh())).status).toBe(401)
    expect(sent).toHaveLength(3)
  })
})
