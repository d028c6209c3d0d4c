'use client'

/** Of an error of the server the browser is told its digest alone. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <>
      <h1>Not available for the moment</h1>
      <p>
        {error.digest === 'vigile_unavailable'
          ? 'Who you are could not be checked. You are still signed in.'
          : 'Something went wrong here.'}
      </p>
      <button type="button" onClick={reset}>
        Try again
      </button>
    </>
  )
}
