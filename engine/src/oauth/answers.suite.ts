// What a provider's API answers, for tests of how it is read.
import type { ReadJson } from './provider.ts'

export type Answers = Readonly<Record<string, unknown>>

/** Reads from those answers, by address; fails for every other one, as a provider does. */
export const readFrom = (answers: Answers) => {
  const asked: { url: string; headers: Readonly<Record<string, string>> }[] = []
  const read: ReadJson = async (url, headers = {}) => {
    asked.push({ url, headers })
    if (!(url in answers)) throw new Error(`nothing is at ${url}`)
    // As it is after the wire: no undefined, no functions.
    return JSON.parse(JSON.stringify(answers[url]))
  }
  return { read, asked }
}
