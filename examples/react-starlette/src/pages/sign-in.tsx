import type { NetworkProblem } from '@vigile/client'
import type { Problem, SessionEndReason } from '@vigile/contract'
import { useAuth } from '@vigile/react'
import { type FormEvent, useState } from 'react'
import { Link, Navigate, useSearchParams } from 'react-router'

/** Why the last session ended: as the browser knows it, never as an address claims. */
const reasons: Partial<Record<SessionEndReason, string>> = {
  idle: 'You were away for more than 7 days. Sign in again.',
  expired: 'You signed in 30 days ago. Sign in again.',
  signed_out: 'You are signed out.',
}

/** What to change in each field, else the one sentence for all of it. */
const sentenceOf = (problem: Problem | NetworkProblem) => {
  const { errors = [] } = 'errors' in problem ? problem : {}
  return errors.map(({ message }) => message).join(' ') || problem.detail
}

/** A path of this site, whatever the address says: `//elsewhere.example` is none. */
const wayBack = (returnTo: string | null) => {
  const url = URL.parse(returnTo ?? '/', location.origin)
  return url?.origin === location.origin ? url.pathname.replace(/^\/+/, '/') + url.search + url.hash : '/'
}

export const SignIn = ({ isNew = false }: { isNew?: boolean }) => {
  const { status, reason, signIn, signUp } = useAuth()
  const [query] = useSearchParams()
  const [refused, setRefused] = useState('')
  const [busy, setBusy] = useState(false)
  if (status === 'signed-in') return <Navigate to={wayBack(query.get('returnTo'))} replace />

  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const given = { email: String(form.get('email')), password: String(form.get('password')) }
    setBusy(true)
    const result = await (isNew ? signUp(given) : signIn(given))
    setBusy(false)
    if (!result.ok) setRefused(sentenceOf(result.problem))
  }

  const title = isNew ? 'Create an account' : 'Sign in'
  return (
    <main className="narrow">
      <h1>{title}</h1>
      {reason && !refused && <p role="status">{reasons[reason] ?? 'Your session has ended. Sign in again.'}</p>}
      {refused && <p role="alert">{refused}</p>}
      <form method="post" onSubmit={(event) => void send(event)}>
        <label>
          Email
          <input name="email" type="email" autoComplete="username" required />
        </label>
        <label>
          Password
          <input
            name="password"
            type="password"
            autoComplete={isNew ? 'new-password' : 'current-password'}
            minLength={isNew ? 8 : 1}
            required
          />
        </label>
        <button type="submit" disabled={busy}>
          {title}
        </button>
      </form>
      <p>
        {isNew ? (
          <Link to={`/login?${query}`}>I have an account</Link>
        ) : (
          <Link to={`/sign-up?${query}`}>Create an account</Link>
        )}
      </p>
    </main>
  )
}
