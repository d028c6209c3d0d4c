import { expect, test } from 'vitest'
import { createFakeVigile, fakeUser } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

const ada = fakeUser('ada@example.com')
const withAda = () => createFakeVigile({ users: [ada] })

test('RBAC-2 seed says what it did with each role', async () => {
  const { output } = await call('roles seed')
  expect(output).toBe(
    'Created the role user.\nChanged the role editor: it holds what is declared.\nThe role admin was so already.\n',
  )
  const { output: json } = await call('roles seed --json')
  expect(JSON.parse(json)).toEqual({ created: ['user'], changed: ['editor'], unchanged: ['admin'] })
})

test('roles are listed with what they hold', async () => {
  expect((await call('roles list')).output).toBe('role   permissions  description\nadmin  *\n')
  expect(JSON.parse((await call('roles list --json')).output).roles).toHaveLength(1)
})

test('S-14 an administrator is made by command: by a grant, or with the account', async () => {
  const fake = withAda()
  expect((await call('roles grant ada@example.com admin', { fake })).output).toBe(
    'ada@example.com has the role admin now.\n',
  )
  expect(fake.calls).toContain(`grant ${ada.id} admin`)
  const created = await call('users create bob@example.com --role admin --password-stdin --json', {
    fake,
    input: 'quiet-harbour-lantern-42',
  })
  expect(JSON.parse(created.output)).toMatchObject({ user: { email: 'bob@example.com' }, roles: ['admin'] })
})

test('an unknown role or user is refused, and said in French where the terminal speaks it', async () => {
  const fake = withAda()
  expect(await call('roles grant nobody@example.com admin', { fake })).toMatchObject({ exitCode: 1 })
  const { exitCode, errors } = await call('roles grant ada@example.com boss', { fake, environment: { LANG: 'fr_FR' } })
  expect([exitCode, errors]).toEqual([1, "Erreur : Il n'y a pas de rôle boss. Voir : vigile roles list\n"])
})

test('RBAC-5 the last administrator stays, unless it is said', async () => {
  const fake = withAda()
  const { exitCode, errors } = await call('roles revoke ada@example.com admin', { fake })
  expect([exitCode, errors]).toEqual([1, expect.stringContaining('--leave-no-administrator')])
  const { output } = await call('roles revoke ada@example.com admin --leave-no-administrator', { fake })
  expect(output).toBe('ada@example.com has the role admin no more.\n')
})
