// What the client has no act for: sent as JSON, and its answer.
import type { NetworkProblem, Result } from '@vigile/client'
import type { Method, Problem } from '@vigile/contract'
import { client } from '../client.ts'
import { settings } from '../settings.ts'

const unreachable: NetworkProblem = { code: 'network', status: 0, title: '', detail: '' }

/**
 * Sends a request to an endpoint below the auth path. Never throws for a refusal or a lost connection.
 * @example const result = await send<{ user: User }>('PATCH', '/me', { name: 'Ada' })
 */
export async function send<T>(method: Method, path: string, body?: object): Promise<Result<T>> {
  try {
    const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await client.fetch(`${settings.authPath}${path}`, { method, ...json })
    const text = await answer.text()
    const content = text && JSON.parse(text)
    if (answer.ok) return { ok: true, value: content }
    return { ok: false, problem: (content as Problem).code ? content : unreachable }
  } catch {
    return { ok: false, problem: unreachable }
  }
}

/** @returns null when it was done, or the problem to show */
export async function post(path: string, body: object): Promise<Problem | NetworkProblem | null> {
  const result = await send('POST', path, body)
  return result.ok ? null : result.problem
}
