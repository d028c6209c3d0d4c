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

test('AUD-4 audit export --user of an email that nobody has is refused, and the email is not put on record', async () => {
  for (const option of ['--user', '--by']) {
    const { exitCode, output, errors } = await call(`audit export ${option} eve@example.com`, { fake: fake() })
    expect([exitCode, output]).toEqual([1, ''])
    expect(errors).toContain('eve@example.com')
  }
  const { output } = await call('audit export --by ada@example.com', { fake: fake() })
  expect(JSON.parse(output)).toEqual({ format: 'jsonl', actorId: fakeUser('ada@example.com').id })
})

test('AUD-4 audit export: a moment without a zone is UTC, wherever the machine stands', async () => {
  const zone = process.env.TZ
  process.env.TZ = 'Europe/Paris'
  try {
    for (const [text, at] of [
      ['2026-12-01T12:00', Date.UTC(2026, 11, 1, 12)],
      ['2026-12-01T12:00:30+02:00', Date.UTC(2026, 11, 1, 10, 0, 30)],
      ['2026-12-01', Date.UTC(2026, 11, 1)],
    ] as const)
      expect(JSON.parse((await call(`audit export --from ${text}`, { fake: fake() })).output).from).toBe(at)
  } finally {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
})

test('AUD-4 audit export: a filter without an end is refused as an option is, in the language of whoever asks', async () => {
  for (const option of ['--user', '--ip', '--action']) {
    const line = `audit export ${option} ${'a'.repeat(201)}`
    const { exitCode, errors } = await call(line, { fake: fake(), environment: { LANG: 'fr_FR.UTF-8' } })
    expect([exitCode, errors.includes('is to have')]).toEqual([2, false])
  }
})

test.each(['--format xml', '--from yesterday', '--to 2026-13-01', '--from 2026-02-30'])(
  'AUD-4 audit export %s is refused',
  async (option) => {
    expect((await call(`audit export ${option}`, { fake: fake() })).exitCode).toBe(2)
  },
)
