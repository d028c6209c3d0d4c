import { useAuth } from '@vigile/react'
import { type Token, useApi } from '../use-api.ts'

const time = (seconds: number) => new Date(seconds * 1000).toLocaleTimeString()

/** What Python saw of this request. Look again later: the token is another, and nobody signed in. */
export const SessionPage = () => {
  const { session } = useAuth()
  const { data, trouble, reload } = useApi<Token>('/api/token')
  return (
    <>
      <h1>Session</h1>
      {trouble && <p role="alert">{trouble}</p>}
      <dl>
        <dt>Signed in</dt>
        <dd>{session && new Date(session.createdAt).toLocaleString()}</dd>
        {data && (
          <>
            <dt>Access token issued</dt>
            <dd>{time(data.iat)}</dd>
            <dt>Access token ends</dt>
            <dd>{time(data.exp)}</dd>
          </>
        )}
      </dl>
      <button type="button" onClick={reload}>
        Ask Python again
      </button>
    </>
  )
}
