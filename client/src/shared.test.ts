import { expect, test } from 'vitest'
import { createFakeBrowser, type FakeTab } from './fake-browser.suite.ts'
import { createShared } from './shared.ts'

const credentials = { email: 'ada@example.com', password: 'right' }

test('S-42 nothing secret is kept in storage or said on the channel', async () => {
  const { tab, until, advance, storage, messages, jar, server } = createFakeBrowser()
  const { client } = tab()
  tab()
  await until(client.signIn(credentials))
  const secrets = new Set<string>()
  const collect = () => {
    for (const [name, value] of jar) if (name !== 'vigile_hint') secrets.add(value)
  }
  collect()
  await advance(70_000)
  await until(client.refresh())
  collect()
  await until(client.changePassword({ currentPassword: 'right', newPassword: 'other' }))
  collect()
  const seen = JSON.stringify([...storage, ...messages])
  expect(secrets.size).toBeGreaterThan(5)
  for (const secret of [...secrets, credentials.email, credentials.password]) expect(seen).not.toContain(secret)

  server.end('idle')
  await until(client.refresh())
  const kept = Object.fromEntries([...storage].map(([key, value]) => [key, Object.keys(JSON.parse(value)).sort()]))
  expect(kept).toEqual({
    'vigile:session': [
      'accessLifeMs',
      'ended',
      'epoch',
      'failures',
      'fingerprint',
      'refreshedAt',
      'retryAt',
      'revision',
    ],
    'vigile:session:lock': ['holder', 'revision'],
    'vigile:confirm': ['awakeMs', 'confirmed', 'confirmingAt', 'countedAt', 'fingerprint', 'revision'],
  })
})

test('a record that something else wrote over is as none', () => {
  const { tab, storage } = createFakeBrowser()
  const { ports } = tab({ started: false })
  for (const foreign of ['', 'null', '1', '"x"', '[]', '{', '{"revision":"a"}']) {
    storage.set('k', foreign)
    expect(createShared(ports, 'k', { count: 0 }).read().count).toBe(0)
  }
})

test('an old message that comes late changes nothing; a new tab that never heard the old ones is heard', async () => {
  const { tab, advance } = createFakeBrowser()
  const [one, two, three] = [0, 1, 2].map(() => tab({ started: false, storage: false })) as [FakeTab, FakeTab, FakeTab]
  const left = createShared(one.ports, 'k', { count: 0 })
  left.listen()
  await advance(5)
  left.change({ count: 5 })
  two.ports.channel.post({ key: 'k', record: { count: 3, revision: 7 } })
  await advance(5)
  expect(left.read().count).toBe(5)
  createShared(three.ports, 'k', { count: 0 }).change({ count: 9 })
  await advance(5)
  expect(left.read().count).toBe(9)
})

test('the newest change wins, whichever way it comes first', async () => {
  const { tab, advance, setWall } = createFakeBrowser()
  const [one, two] = [tab({ started: false }), tab({ started: false, storage: false })]
  const left = createShared(one.ports, 'k', { count: 0 })
  const right = createShared(two.ports, 'k', { count: 0 })
  left.listen()
  right.listen()
  left.change({ count: 1 })
  await advance(5)
  right.change({ count: right.read().count + 1 })
  await advance(5)
  // A clock that is set back does not make what comes after it old.
  setWall(-86_400_000)
  left.change({ count: 7 })
  await advance(5)
  left.change({ count: left.read().count + 1 })
  await advance(5)
  expect([left.read().count, right.read().count]).toEqual([8, 8])
})

test('CLI-1 CLI-3 where storage is refused a new tab learns from the others what there is, and nothing seems to begin', async () => {
  const { tab, until, advance, jar } = createFakeBrowser()
  const first = tab({ storage: false })
  await until(first.client.signIn(credentials))
  await advance(1000)
  jar.set('vigile_access', 'gone')
  // The new tab comes in the middle of the first one's request, and finds out about the session as well.
  const asked = first.client.fetch('/api/things')
  const second = tab({ storage: false })
  expect((await until(asked)).status).toBe(200)
  await advance(1000)
  expect(first.events).toEqual(['start'])
  expect((await until(second.client.fetch('/api/things'))).status).toBe(200)
})
