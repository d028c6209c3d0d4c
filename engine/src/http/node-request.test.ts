import { describe, expect, test } from 'vitest'
import { peerOf, requestOf } from './node-request.ts'

describe('a request of Node’s', () => {
  test('S-56 attack: a host that a client names is no part of it, nor is a path that is none', () => {
    const at = (url: string) => requestOf({ url, rawHeaders: [] }).url.replace('http://localhost', '')
    expect(at('/a?b=c')).toBe('/a?b=c')
    expect(at('//a/b')).toBe('//a/b')
    expect(at('http://evil.example/a?b')).toBe('/a?b')
    expect(at('https://me:secret@evil.example')).toBe('/')
    for (const odd of ['*', '', 'ftp://evil.example/a', 'evil.example:443']) expect(at(odd)).toBe('/')
    expect(requestOf({ url: '/', originalUrl: '/shop/', rawHeaders: [] }).url).toBe('http://localhost/shop/')
  })

  test('headers that came twice are both there: neither hides the other', () => {
    const rawHeaders = ['Cookie', 'a=b', 'authorization', 'Bearer x', 'Authorization', 'Basic y', 'cookie', 'c=d']
    const { headers, method, body } = requestOf({ method: 'POST', rawHeaders })
    expect([method, body, headers.get('authorization')]).toEqual(['POST', null, 'Bearer x, Basic y'])
    expect(headers.get('cookie')).toBe('a=b; c=d')
  })

  test('LIM-2 attack: its address is the socket’s', () => {
    expect(peerOf({ socket: { remoteAddress: '192.0.2.1' } })).toEqual({ address: '192.0.2.1' })
    expect(peerOf({ socket: {} })).toEqual({ address: '' })
  })
})
