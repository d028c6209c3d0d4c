import { expect, test } from 'vitest'
import { en } from '../messages/en.ts'
import { readyScreen } from './ready-screen.ts'

const screen = (terminal: boolean, claimToken: string | null) => {
  const config = { production: false } as Parameters<typeof readyScreen>[0]['config']
  const site = { publicUrl: 'http://localhost:3000/', config, folder: '/srv', claimToken }
  return readyScreen(site, en, terminal)
}

test('S-14 the link that makes the first administrator is shown to a terminal alone: what else is written is a log', () => {
  expect(screen(true, 'the-token')).toContain('http://localhost:3000/claim#the-token ')
  expect(screen(false, 'the-token')).not.toMatch(/claim|the-token/)
  expect(screen(false, 'the-token')).toContain('vigile users create')
  for (const terminal of [true, false]) expect(screen(terminal, null)).not.toContain('administration')
})
