// SYS-B on PostgreSQL and Redis: the same program, with its own table beside Vigile's.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Dashboard, openDashboard, signIn } from './dashboard.ts'

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await openDashboard({ services: true })
})
afterAll(() => dashboard?.stop())

test('SYS-B OPS-11 on PostgreSQL and Redis: signing in, guilds from the cache, an announcement that stays, signing out', async () => {
  const { visitor, ask } = await signIn(dashboard)
  dashboard.discord.forget()
  const lists = await Promise.all(Array.from({ length: 10 }, () => ask('GET', '/api/guilds')))
  expect(lists.map(({ body }) => body.state)).toEqual(lists.map(() => 'fresh'))
  expect(dashboard.discord.asked('guilds')).toHaveLength(1)
  const path = '/api/guilds/197038439483310086/announcements'
  expect((await ask('POST', path, { title: 'One', html: '<b>One</b>', link: 'https://example.com' })).status).toBe(201)
  const { body } = await ask('GET', path)
  expect(body.announcements).toMatchObject([{ title: 'One', by: 'Ada Lovelace', at: expect.any(Number) }])
  expect((await visitor.post('/api/auth/logout')).status).toBe(204)
  expect((await ask('GET', '/api/guilds')).status).toBe(401)
})
