import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFakeVigile, fakeUser } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

const withAda = () => createFakeVigile({ users: [fakeUser('ada@example.com')] })

describe('users create', () => {
  test('asks twice for the password, and shows neither', async () => {
    const fake = createFakeVigile()
    const typed = ['a long passphrase', 'a long passphrase']
    const { exitCode, output, errors } = await call('users create bob@example.com', { fake, typed })
    expect([exitCode, fake.made]).toEqual([0, [{ email: 'bob@example.com', password: 'a long passphrase' }]])
    expect(errors).toMatch(/Password: .*Once more: /s)
    expect(output + errors).not.toContain('passphrase')
  })

  test('two that differ: nothing is done', async () => {
    const fake = createFakeVigile()
    const { exitCode } = await call('users create bob@example.com', { fake, typed: ['a long one', 'another one'] })
    expect([exitCode, fake.made]).toEqual([1, []])
  })

  test('--password-stdin takes all that is piped in, but for one line end', async () => {
    const fake = createFakeVigile()
    await call('users create bob@example.com --password-stdin', { fake, input: ' spaced \n\n' })
    expect(fake.made).toEqual([{ email: 'bob@example.com', password: ' spaced \n' }])
  })

  test('without a terminal and without --password-stdin it says how', async () => {
    const { exitCode, errors } = await call('users create bob@example.com')
    expect([exitCode, errors]).toEqual([2, expect.stringContaining('--password-stdin')])
  })

  test('an empty password is none', async () => {
    const { exitCode, output } = await call('users create bob@example.com --password-stdin --json', { input: '\n' })
    expect([exitCode, JSON.parse(output).error]).toEqual([1, 'no_password'])
  })

  test('a role that there is not: no account is made', async () => {
    const fake = createFakeVigile()
    const run = (role: string) =>
      call(`users create bob@example.com --role ${role} --password-stdin`, { fake, input: 'a long passphrase' })
    expect(await run('nope')).toMatchObject({ exitCode: 1, errors: expect.stringContaining('no role nope') })
    expect(fake.made).toEqual([])
    expect((await run('admin')).exitCode).toBe(0)
  })

  test('refusals say what to change', async () => {
    const { output } = await call('users create bob@example.com --password-stdin --json', { input: 'short' })
    expect(JSON.parse(output)).toEqual({
      error: 'weak_password',
      message: 'The password is refused: it has under 8 characters.',
    })
    const { errors } = await call('users create ada@example.com --password-stdin', { fake: withAda(), input: 'x' })
    expect(errors).toContain('exists')
    expect((await call('users create b@example.com --locale de')).exitCode).toBe(2)
    expect((await call(`users create b@example.com --name ${'x'.repeat(201)}`)).exitCode).toBe(2)
  })
})

describe('users delete', () => {
  test('asks for the address', async () => {
    const fake = withAda()
    expect((await call('users delete ada@example.com', { fake })).exitCode).toBe(2)
    expect((await call('users delete ada@example.com', { fake, typed: ['yes'] })).exitCode).toBe(1)
    expect(fake.calls.filter((one) => one.startsWith('delete'))).toEqual([])
    const { exitCode, output } = await call('users delete ada@example.com', { fake, typed: ['ada@example.com'] })
    expect([exitCode, output]).toEqual([0, 'Deleted ada@example.com.\n'])
  })
})

describe('users remove-factors', () => {
  test('S-18 asks for the address: what is left is a password', async () => {
    const fake = withAda()
    const run = (line: string, typed?: string[]) =>
      call(`users remove-factors ada@example.com${line}`, { fake, ...(typed && { typed }) })
    expect((await run('')).exitCode).toBe(2)
    expect((await run('', ['yes'])).exitCode).toBe(1)
    expect(fake.calls.filter((one) => one.startsWith('removeFactors'))).toEqual([])
    const { exitCode, output } = await run('', ['ada@example.com'])
    expect([exitCode, output]).toEqual([
      0,
      'ada@example.com has no second factor any more, and is told by mail; 1 session ended.\n',
    ])
    expect(JSON.parse((await run(' --yes --json')).output)).toMatchObject({ endedSessions: 1 })
  })

  test.each([
    ['no_factor', true, 'no_factor'],
    ['not_found', true, 'not_found'],
    ['not_found', false, 'disabled'],
  ] as const)('refused as %s, the user being active: %s', async (error, isActive, said) => {
    const fake = createFakeVigile({ users: [fakeUser('ada@example.com', { isActive })] })
    const refusing = { ...fake, users: { ...fake.users, removeFactors: async () => ({ ok: false, error }) as const } }
    const { exitCode, output } = await call('users remove-factors ada@example.com --yes --json', { fake: refusing })
    expect([exitCode, JSON.parse(output).error]).toEqual([1, said])
  })
})

describe('users list', () => {
  test('what users wrote of themselves forges no lines on the terminal', async () => {
    const fake = createFakeVigile({
      users: [fakeUser('eve@example.com', { name: 'Eve\n\u001b[2Jroot', isActive: false })],
    })
    const { output } = await call('users list', { fake })
    expect(output.split('\n')).toHaveLength(3)
    expect(output).not.toContain('\u001b')
    expect(output).toContain('disabled')
  })
  test('a limit out of range is refused', async () => {
    expect((await call('users list --limit 5000')).exitCode).toBe(2)
  })
})

describe('users import', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigile-import-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const importing = async (lines: readonly string[], options = '', fake = withAda()) => {
    await writeFile(join(folder, 'users.jsonl'), lines.join('\n'))
    return { fake, ...(await call(`users import users.jsonl${options}`, { fake, folder })) }
  }
  const hash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'
  const good = ['{"email":"b@example.com","name":"B"}', '', `{"email":"c@example.com","passwordHash":"${hash}"}`]

  test('creates each', async () => {
    const { exitCode, fake, output } = await importing(good)
    expect([exitCode, output]).toEqual([0, 'Created 2 users.\n'])
    expect(fake.made.map(({ email }) => email)).toEqual(['b@example.com', 'c@example.com'])
  })

  test('names every bad line, and then imports none', async () => {
    const bad = ['{', '{"email":"x@example.com","pasword":"y"}', '{"email":7}', '{"email":"B@example.com"}']
    const { exitCode, fake, errors } = await importing([...good, ...bad])
    expect([exitCode, fake.made]).toEqual([1, []])
    expect(errors).toContain('line 4: it is not JSON')
    expect(errors).toContain('line 5: it has no use for "pasword": is it misspelt?')
    expect(errors).toContain('line 6: email is not an email address')
    expect(errors).toContain('line 7: the same email address as line 1')
    expect(errors).toContain('4 lines are wrong. Nothing was imported.')
  })

  test('--check finds what the engine would refuse: addresses that are none, hashes that it can not read', async () => {
    const bad = [
      '{"email":"nobody"}',
      '{"email":"d@example.com","passwordHash":"md5:c0ffee"}',
      '{"email":"e@example.com","locale":"de"}',
      '[]',
      '{}',
    ]
    const { exitCode, fake, errors } = await importing([...good, ...bad], ' --check')
    expect([exitCode, fake.made]).toEqual([1, []])
    expect(errors.split('\n').slice(0, 5)).toEqual([
      'line 4: email is not an email address',
      'line 5: passwordHash is of no known kind (Argon2, bcrypt, scrypt, PBKDF2), damaged, or too costly',
      'line 6: locale is neither en nor fr',
      'line 7: it is no object: { "email": "…" }',
      'line 8: it has no email',
    ])
  })

  test('I18N-1 says in French what is wrong; a name from the file writes no line and no colour of its own', async () => {
    await writeFile(join(folder, 'users.jsonl'), '{"email":"a@example.com","\\u001b[31m\\n":1,"name":7}')
    const { errors } = await call('users import users.jsonl', { folder, environment: { LC_ALL: 'fr_FR.UTF-8' } })
    expect(errors).toContain("name n'est pas une ligne de 1 à 200 caractères")
    expect(errors).toContain('"\\u001b[31m\\n" n\'y a pas de sens')
  })

  test('--check only tells', async () => {
    const { exitCode, fake, output } = await importing(good, ' --check')
    expect([exitCode, fake.made, output]).toEqual([0, [], '2 lines are right. Nothing was imported (--check).\n'])
  })

  test('a line that the engine refuses is named, the others go on, and the exit code is not 0', async () => {
    const { exitCode, output } = await importing(['{"email":"ada@example.com"}', ...good], ' --json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(output)).toMatchObject({
      error: 'refused_lines',
      created: 2,
      refused: [{ line: 1, error: 'email_taken' }],
    })
  })

  test('a fault stops it, and it says where', async () => {
    const fake = createFakeVigile()
    const { create } = fake.users
    const failing = {
      ...fake,
      users: {
        ...fake.users,
        create: (...given: Parameters<typeof create>) =>
          given[0].email.startsWith('c') ? Promise.reject(new Error('disk full')) : create(...given),
      },
    }
    const { exitCode, output } = await importing(good, ' --json', failing)
    expect([exitCode, JSON.parse(output)]).toEqual([
      1,
      expect.objectContaining({ error: 'stopped', created: 1, stoppedAtLine: 3 }),
    ])
  })

  test('a file that is not there', async () => {
    const { exitCode, errors } = await call('users import nowhere.jsonl', { folder })
    expect([exitCode, errors]).toEqual([1, "Error: nowhere.jsonl can't be read (ENOENT).\n"])
  })
})
