import { expect, test } from 'vitest'
import { describePages, type PageRoute, tableOf } from './page-routes.ts'

const answer = () => new Response('')
const open: PageRoute = { path: '/open', guard: 'anyone', limit: 'none', answer }

test('VAL-3 a page without a guard or a limit does not start', () => {
  // @ts-expect-error and does not compile
  const unguarded: PageRoute = { path: '/x', limit: 'none', answer }
  // @ts-expect-error and does not compile
  const unlimited: PageRoute = { path: '/x', guard: 'anyone', answer }
  for (const route of [unguarded, unlimited, { ...open, guard: 'everyone' } as never]) {
    expect(() => tableOf([open, route])).toThrow('guard')
  }
})

test('VAL-3 two pages at one path do not start: one of the guards would be lost', () => {
  expect(() => tableOf([open, { ...open, guard: 'session' }])).toThrow('Two pages')
})

test('VAL-3 the list names what answers besides the pages', () => {
  expect(describePages([open]).map(({ path, guard }) => [path, guard])).toEqual([
    ['/open', 'anyone'],
    ['/assets/{file}', 'anyone'],
  ])
})
