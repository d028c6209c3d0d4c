// What the API in Python says. The client puts the access token on each request, and gets a new one where that is needed.
import { useCallback, useEffect, useState } from 'react'
import { client } from './client.ts'

export type Entry = { readonly id: number; readonly day: string; readonly project: string; readonly hours: number }
export type Total = { readonly project: string; readonly hours: number }
export type Token = { readonly sub: string; readonly sid: string; readonly iat: number; readonly exp: number }

/** The data, once it is there; what it was stays while it cannot be read anew. */
export const useApi = <T>(path: string): { data: T | null; trouble: string; reload: () => void } => {
  const [data, setData] = useState<T | null>(null)
  const [trouble, setTrouble] = useState('')
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn asks again.
  useEffect(() => {
    const leaving = new AbortController()
    read<T>(path, leaving.signal).then(
      (value) => {
        setData(value)
        setTrouble('')
      },
      () => leaving.signal.aborted || setTrouble('This can’t be shown for the moment. You are still signed in.'),
    )
    return () => leaving.abort()
  }, [path, turn])
  return { data, trouble, reload: useCallback(() => setTurn((last) => last + 1), []) }
}

const read = async <T>(path: string, signal: AbortSignal): Promise<T> => {
  const answer = await client.fetch(path, { signal })
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return answer.json()
}

/** Null where it was done, else what to tell the person. */
export const change = async (method: 'POST' | 'DELETE', path: string, body?: object): Promise<string | null> => {
  const json = body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
  const answer = await client.fetch(path, { method, ...json }).catch(() => null)
  if (answer?.ok) return null
  const { detail } = (await Promise.resolve(answer?.json()).catch(() => null)) ?? {}
  return detail ?? 'That did not get through. Try again.'
}
