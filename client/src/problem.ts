// Answers turned into results.
import type { Problem } from '@vigile/contract'
import type { NetworkProblem, Result } from './api.ts'

const networkProblem = (answer?: Response): NetworkProblem => ({
  code: 'network',
  status: answer?.status ?? 0,
  title: 'No answer',
  detail: 'The server did not answer.',
  // Proxies say it as well. A date is not understood: clocks may be wrong.
  retryAfterSeconds: Number(answer?.headers.get('Retry-After')) || 0,
})

/** The code of a problem answer, with its body left to be read; undefined for any other answer. */
export const codeOf = async (answer: Response): Promise<string | undefined> =>
  answer
    .clone()
    .json()
    .then((body) => body.code)
    .catch(() => {})

/** A 2xx with JSON or nothing is a value, a problem answer a refusal. Anything else (a proxy's page, a captive portal) is no answer. */
export const toResult = async <T>(run: () => Promise<Response>): Promise<Result<T>> => {
  let answer: Response | undefined
  try {
    answer = await run()
    const { status } = answer
    const body = status === 204 ? undefined : await answer.json()
    if (answer.ok) return { ok: true, value: body }
    if (body.code) return { ok: false, problem: { ...(body as Problem), status } }
  } catch {
    // Said below.
  }
  return { ok: false, problem: networkProblem(answer) }
}
