'use client'
import type { NetworkProblem } from '@vigile/client'
import type { Problem } from '@vigile/contract'
import { type FormEvent, useEffect, useState } from 'react'
import { client } from './client.ts'

/** Sign-in and sign-up: the same two fields. `returnTo`: as the address said it, a page of this site or nothing. */
export function CredentialsForm({ act, returnTo }: { act: 'signIn' | 'signUp'; returnTo: string }) {
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [ended, setEnded] = useState(false)
  useEffect(() => setEnded(client.endReason() !== null && client.endReason() !== 'signed_out'), [])

  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const typed = { email: String(form.get('email')), password: String(form.get('password')) }
    setBusy(true)
    const answer = await (act === 'signIn' ? client.signIn(typed) : client.signUp(typed))
    setBusy(false)
    if (!answer.ok) setProblem(sentenceOf(answer.problem))
    else if ('session' in answer.value) location.assign(pageOfThisSite(returnTo))
    else setProblem('This account needs a step that this example has no page for.')
  }

  return (
    <form className="card narrow" method="post" onSubmit={(event) => void send(event)}>
      {ended && <p className="note">Your last session has ended. Sign in again.</p>}
      <label>
        Email
        <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password
        <input
          name="password"
          type="password"
          autoComplete={act === 'signIn' ? 'current-password' : 'new-password'}
          required
        />
      </label>
      {problem && <p role="alert">{problem}</p>}
      <button type="submit" disabled={busy}>
        {act === 'signIn' ? 'Sign in' : 'Sign up'}
      </button>
    </form>
  )
}

/** What to change in each field, else the one sentence for all of it. */
const sentenceOf = (problem: Problem | NetworkProblem): string => {
  const { errors = [] } = 'errors' in problem ? problem : {}
  return errors.map(({ message }) => message).join(' ') || problem.detail
}

/** No open redirect: `//elsewhere` and `/\elsewhere` are no pages of this site. */
const pageOfThisSite = (path: string): string => {
  const url = URL.parse(path, location.origin)
  return url?.origin === location.origin && path.startsWith('/') ? url.pathname + url.search + url.hash : '/products'
}
