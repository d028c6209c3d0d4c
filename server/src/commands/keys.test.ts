import { UnknownSecretError } from '@vigile/engine'
import { expect, test } from 'vitest'
import { createFakeVigile } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

test('TOK-9 a rotation with another secret than the nodes have: what to do about it, in the reader’s language', async () => {
  const rotate = async () => {
    throw new UnknownSecretError('no')
  }
  const fake = () => createFakeVigile({ overrides: { keys: { ...createFakeVigile().keys, rotate } } })
  const english = await call('keys rotate', { fake: fake() })
  expect(english).toMatchObject({ exitCode: 1, output: '' })
  expect(english.errors).toContain('VIGILE_SECRET')
  const french = await call('keys rotate', { fake: fake(), environment: { LANG: 'fr_FR.UTF-8' } })
  expect(french.errors).toContain('secrets que le VIGILE_SECRET')
  expect(JSON.parse((await call('keys rotate --json', { fake: fake() })).output)).toMatchObject({
    error: 'unknown_secret',
  })
})
