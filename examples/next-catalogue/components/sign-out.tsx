'use client'
import { useState } from 'react'
import { client } from './client.ts'

export function SignOut() {
  const [failed, setFailed] = useState(false)
  const leave = async () => {
    const left = await client.signOut()
    if (left.ok) location.assign('/')
    else setFailed(true)
  }
  return (
    <button type="button" className="plain" onClick={() => void leave()}>
      {failed ? 'Not signed out: try again' : 'Sign out'}
    </button>
  )
}
