import { describe, expect, test } from 'vitest'
import { breachesIn, type SourceFile } from './architecture/rules.ts'
import { packageFolders, readSource, readSources } from './architecture/sources.ts'

test('the packages keep to who may import whom', () => {
  const sources = readSources(packageFolders())
  expect(sources.length).toBeGreaterThan(10)
  expect(breachesIn(sources)).toEqual([])
})

/** A file of a made-up repository: relative paths are files, all else is a package. */
function file(path: string, ...imports: string[]): SourceFile {
  const isFile = (target: string) => /\.tsx?$/.test(target)
  return {
    path,
    files: imports.filter(isFile),
    packages: imports.filter((target) => !isFile(target)),
    exportsAll: false,
  }
}

describe('allowed', () => {
  test.each([
    ['a package may import the contract', file('client/src/a.ts', '@vigile/contract', 'zod')],
    ['the server imports the engine', file('server/src/a.ts', '@vigile/engine', '@vigile/contract')],
    [
      'http imports rooms and primitives',
      file('engine/src/http/a.ts', 'engine/src/sessions/b.ts', 'engine/src/primitives/c.ts'),
    ],
    ['a room imports another', file('engine/src/accounts/a.ts', 'engine/src/sessions/b.ts')],
    ['a store imports the interface that a room owns', file('engine/src/stores/a.ts', 'engine/src/sessions/store.ts')],
    ['the top wires', file('engine/src/engine.ts', 'engine/src/http/a.ts', 'engine/src/stores/b.ts')],
    ['a test starts services', file('engine/src/stores/a.test.ts', 'tests/services/run.ts', '@vigile/engine/testing')],
    ['a client test has a real engine', file('client/src/a.test.ts', '@vigile/engine/testing', '@vigile/engine')],
    ['a data file may hold common passwords', file('engine/src/passwords/common-passwords.ts')],
    ['the door of a package', file('contract/src/index.ts', 'contract/src/errors.ts')],
  ])('%s', (_, source) => {
    expect(breachesIn([source])).toEqual([])
  })
})

describe('refused', () => {
  test.each([
    ['contract imports ours', file('contract/src/a.ts', '@vigile/engine')],
    ['engine imports client', file('engine/src/sessions/a.ts', '@vigile/client')],
    ['client imports engine', file('client/src/a.ts', '@vigile/engine')],
    ['anything imports the server', file('adapters/express/src/a.ts', 'vigile')],
    ['a test imports the console', file('engine/src/a.test.ts', '@vigile/console')],
    ['a relative path into another package', file('server/src/a.ts', 'engine/src/sessions/b.ts')],
    ['a room imports http', file('engine/src/sessions/a.ts', 'engine/src/http/b.ts')],
    ['a room imports stores', file('engine/src/sessions/a.ts', 'engine/src/stores/b.ts')],
    ['http imports stores', file('engine/src/http/a.ts', 'engine/src/stores/b.ts')],
    ['a store imports http', file('engine/src/stores/a.ts', 'engine/src/http/b.ts')],
    ['a room imports the wiring', file('engine/src/roles/a.ts', 'engine/src/options.ts')],
    ['primitives import a room', file('engine/src/primitives/a.ts', 'engine/src/sessions/b.ts')],
    ['source imports what is for tests', file('engine/src/sessions/a.ts', 'engine/src/testing.ts')],
    ['source imports a suite', file('engine/src/stores/a.ts', 'engine/src/stores/b.suite.ts')],
    ['source imports the testing door', file('server/src/a.ts', '@vigile/engine/testing')],
    ['an index.ts inside', file('engine/src/sessions/index.ts')],
    ['a drawer for everything', file('engine/src/sessions/utils.ts')],
    ['a drawer for everything, as a folder', file('engine/src/helpers/a.ts')],
    ['a manager', file('engine/src/sessions/session-manager.ts')],
    ['export *', { ...file('engine/src/sessions/a.ts'), exportsAll: true }],
  ])('%s', (_, source) => {
    expect(breachesIn([source])).toHaveLength(1)
  })

  test('a cycle of files', () => {
    const [a, b, c] = ['client/src/a.ts', 'client/src/b.ts', 'client/src/c.ts']
    expect(breachesIn([file(a, b), file(b, c), file(c, a)])).toEqual([`cycle of files: ${a} → ${b} → ${c} → ${a}`])
  })

  test('a cycle of rooms, though no file is in one', () => {
    const sources = [
      file('engine/src/sessions/a.ts', 'engine/src/accounts/b.ts'),
      file('engine/src/accounts/c.ts', 'engine/src/sessions/d.ts'),
      file('engine/src/accounts/b.ts'),
      file('engine/src/sessions/d.ts'),
    ]
    expect(breachesIn(sources)).toEqual(['cycle of rooms: sessions → accounts → sessions'])
  })
})

test('every way to import is seen', () => {
  const text = `
    import { a } from './a.ts'
    import type { B } from '@vigile/contract'
    export { c } from '../c.ts'
    export * as d from './d.ts'
    import './e.ts'
    const f = await import('./f.ts')
    type G = import('./g.ts').G
  `
  expect(readSource('engine/src/sessions/x.ts', text)).toEqual({
    path: 'engine/src/sessions/x.ts',
    files: ['a', 'e', 'd', 'f', 'g'].map((name) => `engine/src/sessions/${name}.ts`).toSpliced(2, 0, 'engine/src/c.ts'),
    packages: ['@vigile/contract'],
    exportsAll: true,
  })
})
