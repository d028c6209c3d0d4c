// @vitest-environment node
import type { Client } from '@vigile/client'
import { renderToString } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { Protected } from './protected.tsx'
import { VigileProvider } from './provider.tsx'
import { useAuth } from './use-auth.ts'

function Status() {
  return useAuth().status
}

test('CLI-7 on a server, before anything is known, neither the children nor the fallback are rendered', () => {
  const me = vi.fn()
  const client = { me, onSessionEnd: vi.fn(), onSessionStart: vi.fn(), endReason: () => null } as unknown as Client
  const html = renderToString(
    <VigileProvider client={client}>
      <Status />{' '}
      <Protected fallback="fallback" waiting="waiting">
        children
      </Protected>
      <Protected waiting="waiting too" />
    </VigileProvider>,
  )
  expect(html.replaceAll('<!-- -->', '')).toBe('loading waitingwaiting too')
  expect(me).not.toHaveBeenCalled()
})

test('CLI-7 a component outside the provider says what is missing', () => {
  expect(() => renderToString(<Protected />)).toThrow(/VigileProvider/)
})
