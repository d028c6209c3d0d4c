import { Protected, useAuth, VigileProvider } from '@vigile/react'
import { useState } from 'react'
import { BrowserRouter, Link, NavLink, Outlet, Route, Routes } from 'react-router'
import { client } from './client.ts'
import { Entries } from './pages/entries.tsx'
import { Overview } from './pages/overview.tsx'
import { SessionPage } from './pages/session.tsx'
import { SignIn } from './pages/sign-in.tsx'

/** Whoever is signed out goes to /login, and comes back to the same page. */
export const App = () => (
  <VigileProvider client={client} signInPath="/login">
    <BrowserRouter>
      <Routes>
        <Route path="/login" element={<SignIn />} />
        <Route path="/sign-up" element={<SignIn isNew />} />
        <Route
          element={
            <Protected waiting={<Waiting />}>
              <Frame />
            </Protected>
          }
        >
          <Route index element={<Overview />} />
          <Route path="/entries" element={<Entries />} />
          <Route path="/session" element={<SessionPage />} />
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </BrowserRouter>
  </VigileProvider>
)

const Frame = () => {
  const { user, signOut } = useAuth()
  const [trouble, setTrouble] = useState('')
  const leave = async () => {
    const left = await signOut()
    setTrouble(left.ok ? '' : `You are still signed in. ${left.problem.detail}`)
  }
  return (
    <>
      <header>
        <Link to="/" className="brand">
          Hours
        </Link>
        <nav aria-label="Pages">
          <NavLink to="/" end>
            Overview
          </NavLink>
          <NavLink to="/entries">Entries</NavLink>
          <NavLink to="/session">Session</NavLink>
        </nav>
        <span className="who">{user?.email}</span>
        <button type="button" className="quiet" onClick={() => void leave()}>
          Sign out
        </button>
      </header>
      <main>
        {trouble && <p role="alert">{trouble}</p>}
        <Outlet />
      </main>
    </>
  )
}

const Waiting = () => {
  const { problem } = useAuth()
  return (
    <main>
      {problem ? <p role="alert">Not reachable for the moment: this goes on by itself.</p> : <p>One moment…</p>}
    </main>
  )
}

const NotFound = () => (
  <>
    <h1>Nothing here</h1>
    <p>
      <Link to="/">Overview</Link>
    </p>
  </>
)
