import { afterEach, expect, test } from 'vitest'
import { times } from './faults.ts'
import { useLightGlobals } from './light-globals.ts'
import type { OpenPage } from './page.ts'
import { hour, minute } from './policy.ts'
import { vigile } from './rules/vigile.ts'
import { createWorld, runWorld } from './world.ts'

const options = { seed: 3, index: 0, rule: vigile, faults: times(5), days: 2, narrate: true }

let restore = () => {}
afterEach(() => restore())

test('a seed tells one story, another seed another', async () => {
  restore = useLightGlobals()
  const { story, refreshes } = await runWorld(options)
  expect(refreshes).toBeGreaterThan(10)
  expect((await runWorld(options)).story).toEqual(story)
  expect((await runWorld({ ...options, seed: 4 })).story).not.toEqual(story)
})

test('the light requests change nothing: with real ones the story is the same', async () => {
  const real = await runWorld({ ...options, days: 0.5, rounds: 8 })
  restore = useLightGlobals()
  expect((await runWorld({ ...options, days: 0.5 })).story).toEqual(real.story)
})

test('CLI-3, CLI-4: a laptop with four pages wakes, and refreshes once', async () => {
  restore = useLightGlobals()
  const { browser, timeline, witness, open, ask } = createWorld({ ...options, faults: times(0) })
  browser.start()
  const first = open()
  browser.show(first)
  void first.client.signIn({ email: '', password: '' })
  await timeline.run(timeline.now() + minute)
  for (let count = 0; count < 3; count++) open()
  await timeline.run(timeline.now() + minute)
  expect(witness.rows).toEqual({})

  browser.sleep()
  await timeline.run(timeline.now() + hour)
  browser.wake()
  const statuses = [...browser.pages].map(async (page) => ask(page as OpenPage))
  await timeline.run(timeline.now() + minute)
  await Promise.all(statuses)
  expect(witness.rows).toEqual({ 2: 1 })
  expect(witness.spurious).toEqual([])
})
