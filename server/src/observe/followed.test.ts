import { parseNetworks } from '@vigile/engine'
import { expect, test } from 'vitest'
import { followed } from './followed.ts'
import type { Around, Asked } from './watcher.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const request = new Request('http://localhost/', { headers: { traceparent } })
const ways = { answer: () => new Response(), shortWay: () => null }

const seenFrom = async (address: string) => {
  const seen: Asked[] = []
  const around: Around = (asked, work) => {
    seen.push(asked)
    return work()
  }
  const { networks } = parseNetworks('VIGILE_TRUSTED_PROXIES', ['10.0.0.0/8'])
  await followed(around, networks, ways).answer(request, { address })
  return seen
}

test.each(['10.1.2.3', '::ffff:10.1.2.3'])(
  'OPS-12 a trusted proxy at %s says of which trace a request is',
  async (address) => {
    expect(await seenFrom(address)).toEqual([{ method: 'GET', traceparent }])
  },
)

test.each(['192.0.2.1', '::1', ''])(
  'OPS-12 a stranger at "%s" does not choose the trace, nor what is sampled',
  async (address) => {
    expect(await seenFrom(address)).toEqual([{ method: 'GET', traceparent: null }])
  },
)

test('the short way stays where nobody follows', () => {
  expect(followed(undefined, parseNetworks('x', []).networks, ways)).toBe(ways)
})
