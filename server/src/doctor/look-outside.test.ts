// Metrics at an address that this machine can't have: what answers there is made up.
import { expect, test } from 'vitest'
import { catalogues } from '../messages/catalogue.ts'
import type { Answer, Ask } from './ask.ts'
import { examine } from './examine.ts'
import { lookOutside } from './look-outside.ts'

const answer = (status: number, more: Partial<Answer> = {}): Answer => ({
  ...{ status, headers: {}, body: '', sentAt: 0, receivedAt: 0, local: '203.0.113.7', remote: '192.0.2.2' },
  ...{ certificate: null, ...more },
})
const figures = '# HELP vigile_ready 1 while this node takes requests\n'

/** `openPort`: where metrics are open beside the public address. */
const metricsWhere = async (openPort: number, remote: string, metricsPort?: number) => {
  const ask: Ask = async (url) =>
    url.port === String(openPort) ? answer(200, { body: figures, remote }) : answer(404, { remote })
  const outside = await lookOutside({
    ...{ url: new URL('https://shop.example.com'), ask, authPath: '/api/auth', signInPath: '/sign-in', metricsPort },
    ...{ routes: [], credentials: null, countedFor: async () => null, onProgress: () => {} },
  })
  const findings = examine({ now: 0, inside: null, outside }, catalogues.en)
  return findings.filter(({ check }) => check === 'metrics').map(({ status, text }) => `${status} ${text}`)
}

test('OPS-3 OPS-5 metrics on a port that strangers reach are found, on the one that is set or on the usual one', async () => {
  const open = (port: number) => [`fail metrics are open: http://shop.example.com:${port}/metrics`]
  expect(await metricsWhere(9464, '192.0.2.2')).toEqual(open(9464))
  expect(await metricsWhere(19_464, '192.0.2.2', 19_464)).toEqual(open(19_464))
})

test('OPS-3 OPS-5 a port that is open to the machine itself is none; which port was looked at is said', async () => {
  const out = (port: number) => [`pass no metrics at the public address, and port ${port} is out of reach`]
  expect(await metricsWhere(9464, '127.0.0.1')).toEqual(out(9464))
  expect(await metricsWhere(9465, '192.0.2.2')).toEqual(out(9464))
  expect(await metricsWhere(1, '192.0.2.2', 0)).toEqual(['pass no metrics at the public address'])
})
