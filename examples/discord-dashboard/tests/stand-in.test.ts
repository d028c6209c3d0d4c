// SYS-B with nothing set: the Discord that comes with it, and its switch.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Example, startExample } from '../../../tests/support/example.ts'
import { createVisitor } from '../../../tests/support/visitor.ts'
import { exchange, toHandle } from './dashboard.ts'

let dashboard: Example
beforeAll(async () => {
  dashboard = await startExample('discord-dashboard')
})
afterAll(() => dashboard?.stop())

test('SYS-B RES-1 RES-3 npm start brings a Discord that fails as it is told', async () => {
  const visitor = createVisitor({
    vigile: () => ({ fetch: (request) => fetch(request, { redirect: 'manual' }) }),
    publicUrl: dashboard.url,
    now: Date.now,
    address: '127.0.0.1',
    app: 'dashboard',
  })
  const { accessToken } = (await exchange(visitor, await toHandle(visitor))).body
  const [, address] = /goes wrong there +(http:\S+)/.exec(dashboard.log()) ?? []
  const turn = async (fault: string) => {
    const { status } = await fetch(`${address}/set/${encodeURIComponent(fault)}`, { method: 'POST' })
    dashboard.moveClock(301_000)
    const headers = { authorization: `Bearer ${accessToken}` }
    return [status, (await visitor.get('/api/guilds', { headers })).body.state]
  }
  expect(await turn('well')).toEqual([200, 'fresh'])
  expect(await turn('limiting')).toEqual([200, 'old'])
  const page = await (await fetch(address ?? '')).text()
  expect(page).toContain('Discord is: limiting')
})
