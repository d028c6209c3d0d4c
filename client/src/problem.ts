// Answers turned into results.
import type { Problem } from '@vigile/contract'
import type { NetworkProblem, Result } from './api.ts'

const networkProblem = (status: number): NetworkProblem => ({
  code: 'network',
  status,
  title: 'No connection',
  detail: 'The server could not be reached.',
})

/** The code of a problem answer, with its body left to be read; undefined for any other answer. */
export const codeOf = async (answer: Response): Promise<string | undefined> =>
  answer
    .clone()
    .json()
    .then(
      (body) => body?.code,
      () => undefined,
    )

/** A 2xx with JSON or nothing is a value, a problem answer a refusal. Anything else (a proxy's page, a captive portal) is no answer. */
export const toResult = async <T>(run: () => Promise<Response>): Promise<Result<T>> => {
  let status = 0
  try {
    const answer = await run()
    status = answer.status
    const body = status === 204 ? undefined : await answer.json()
    if (answer.ok) return { ok: true, value: body }
    if (body.code) return { ok: false, problem: { ...(body as Problem), status } }
  } catch {
    // Said below.
  }
  return { ok: false, problem: networkProblem(status) }
}
