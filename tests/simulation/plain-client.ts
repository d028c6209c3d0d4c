// What pages do without a client of ours: on a 401 they refresh once, each page for itself, and believe every refusal.
import type { SessionEndReason, SessionStarted } from '@vigile/contract'
import { deadline } from '../../client/src/lock.ts'
import type { Ports } from '../../client/src/ports.ts'
import type { PageClient } from './page.ts'
import { second } from './policy.ts'

const patienceMs = 15 * second

export function createPlainClient(ports: Ports): PageClient {
  const listeners = new Set<(end: { reason: SessionEndReason }) => void>()
  let refreshing: Promise<boolean> | undefined

  const post = (path: string, body: object = {}) => {
    const csrf = ports.cookies().split('=')[1] ?? ''
    const request = new Request(new URL(`/api/auth${path}`, ports.baseUrl()), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'X-CSRF-Token': csrf },
      signal: deadline(ports, patienceMs).signal,
    })
    return ports.fetch(request)
  }

  const refresh = async (): Promise<boolean> => {
    const answer = await post('/refresh')
    if (answer.status === 401) {
      const { reason = 'unknown' } = await answer.json()
      for (const tell of listeners) tell({ reason })
    }
    return answer.ok
  }

  const act = async (path: string) => {
    const answer = await post(path).catch(() => null)
    return answer?.ok
      ? { ok: true as const, value: undefined as never as SessionStarted }
      : { ok: false as const, problem: { code: 'network' as const, status: 0, title: '', detail: '' } }
  }

  return {
    async fetch(input) {
      const send = () => ports.fetch(new Request(new URL(`${input}`, ports.baseUrl())))
      const answer = await send()
      if (answer.status !== 401) return answer
      refreshing ??= refresh().finally(() => {
        refreshing = undefined
      })
      return (await refreshing) ? send() : answer
    },
    signIn: () => act('/login'),
    signOut: async () => {
      const result = await act('/logout')
      return result.ok ? { ok: true, value: undefined } : result
    },
    changePassword: () => act('/password/change'),
    onSessionEnd(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start() {},
    stop() {},
  }
}
