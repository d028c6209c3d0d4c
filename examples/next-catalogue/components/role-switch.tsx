'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { client } from './client.ts'

/** Gives or takes a role, over Vigile's own API: it counts at the very next request of that person. */
export function RoleSwitch({
  userId,
  role,
  has,
}: {
  userId: string
  role: { id: string; name: string }
  has: boolean
}) {
  const router = useRouter()
  const [problem, setProblem] = useState<string | null>(null)
  const change = async () => {
    const answer = await client.fetch(`/api/admin/users/${userId}/roles/${role.id}`, {
      method: has ? 'DELETE' : 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    if (answer.ok) router.refresh()
    setProblem(answer.ok ? null : ((await answer.json()) as { detail: string }).detail)
  }
  return (
    <>
      <button type="button" className="plain" aria-pressed={has} onClick={() => void change()}>
        {role.name}
      </button>
      {problem && <span role="alert">{problem}</span>}
    </>
  )
}
