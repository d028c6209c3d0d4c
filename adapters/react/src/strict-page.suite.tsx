// Runs in the browser: an application in React, in its development build, where StrictMode mounts everything twice.
import { type Client, createClient } from '@vigile/client'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Protected, useAuth, VigileProvider } from './index.ts'

declare global {
  var client: Client
  /** What has been on the screen, without repetitions, in its order. */
  var screens: string[]
}

globalThis.client = createClient()
globalThis.screens = []

function Screen({ children }: { children: string }) {
  if (screens.at(-1) !== children) screens.push(children)
  return <p>{children}</p>
}

/** Each must show the same as the others at any moment. */
function Who() {
  const { status, user } = useAuth()
  return <li>{user?.email ?? status}</li>
}

function Draft() {
  const { user, reason, status } = useAuth()
  const [text, setText] = useState('')
  return (
    <label>
      {user?.email ?? reason ?? status}
      <input value={text} onChange={(event) => setText(event.target.value)} />
    </label>
  )
}

function Out() {
  const { reason } = useAuth()
  return <Screen>{`out: ${reason ?? 'nobody'}`}</Screen>
}

const sent = new URLSearchParams(location.search).has('sent')

createRoot(document.body.appendChild(document.createElement('main'))).render(
  <StrictMode>
    <VigileProvider client={client} signInPath="/sign-in">
      <ul>
        {['a', 'b', 'c'].map((key) => (
          <Who key={key} />
        ))}
      </ul>
      <Protected {...(!sent && { fallback: <Out /> })} waiting={<Screen>waiting</Screen>}>
        <Screen>in</Screen>
        <Draft />
      </Protected>
    </VigileProvider>
  </StrictMode>,
)
