import { expect, test } from 'vitest'
import { createFakeVigile, fakeUser } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

const fake = () => createFakeVigile({ users: [fakeUser('ada@example.com')] })

test('AUD-4 audit export: every filter, a user by email, times in UTC; lines to standard output', async () => {
  const line =
    'audit export --format csv --user ada@example.com --action session: --ip 192.0.2.1 --from 2026-01-31 --to 2026-02-01T12:00Z --failed'
  const { exitCode, output } = await call(line, { fake: fake() })
  expect(exitCode).toBe(0)
  expect(JSON.parse(output)).toEqual({
    format: 'csv',
    userId: fakeUser('ada@example.com').id,
    action: 'session:',
    ip: '192.0.2.1',
    from: Date.UTC(2026, 0, 31),
    to: Date.UTC(2026, 1, 1, 12),
    failed: true,
  })
})

test('AUD-4 audit export: JSON Lines where nothing else is said; a user who is no more is searched by the id', async () => {
  const { output } = await call('audit export --user gone-long-ago', { fake: fake() })
  expect(JSON.parse(output)).toEqual({ format: 'jsonl', userId: 'gone-long-ago' })
})

test.each(['--format xml', '--from yesterday', '--to 2026-13-01'])(
  'AUD-4 audit export %s is refused',
  async (option) => {
    expect((await call(`audit export ${option}`, { fake: fake() })).exitCode).toBe(2)
  },
)
