// What the client has no act for: sent as JSON, and what refused it.
import type { NetworkProblem } from '@vigile/client'
import type { Problem } from '@vigile/contract'
import { client } from '../client.ts'
import { settings } from '../settings.ts'

const unreachable: NetworkProblem = { code: 'network', status: 0, title: '', detail: '' }

/** @returns null when it was done, or the problem to show */
export async function post(path: string, body: object): Promise<Problem | NetworkProblem | null> {
  try {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const answer = await client.fetch(`${settings.authPath}${path}`, init)
    if (answer.ok) return null
    const problem = (await answer.json()) as Problem
    return problem.code ? problem : unreachable
  } catch {
    return unreachable
  }
}
