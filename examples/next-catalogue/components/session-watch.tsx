'use client'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { client } from './client.ts'

/** Where a session ends or begins in any tab, this page is no longer the right one. */
export function SessionWatch() {
  const router = useRouter()
  useEffect(() => {
    const stops = [
      client.onSessionEnd(() => location.assign('/sign-in')),
      client.onSessionStart(() => router.refresh()),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [router])
  return null
}
