import { Protected, useAuth } from '@vigile/react'
import { useEffect, useRef } from 'react'
import { AccountFrame } from './account-frame.tsx'
import { ChangePassword } from './change-password.tsx'
import { Failed } from './failed.tsx'
import { Loading } from './loading.tsx'
import { Profile } from './profile.tsx'
import { Sessions } from './sessions.tsx'
import { type Listed, useSessions } from './use-sessions.ts'

/** While it is not known who is signed in, or cannot be known. */
function Waiting() {
  const { problem, reload } = useAuth()
  return problem ? <Failed problem={problem} onRetry={reload} /> : <Loading />
}

function Account({ listed, list }: { listed: Listed; list: () => Promise<void> }) {
  const { user, reload } = useAuth()
  const onChange = async () => {
    await Promise.all([reload(), list()])
  }
  // Both failed together: what is back for one is back for the other.
  const lost = useRef(listed.problem !== null)
  useEffect(() => {
    if (lost.current) void list()
    lost.current = false
  }, [list])
  if (!user || (!listed.sessions && !listed.problem)) return <Loading />
  return (
    <>
      <Profile user={user} />
      {listed.sessions && <Sessions sessions={listed.sessions} onChange={list} />}
      {listed.problem && <Failed problem={listed.problem} onRetry={list} />}
      <ChangePassword email={user.email} onChange={onChange} />
    </>
  )
}

export function AccountPage() {
  // Asked for together with who is signed in, not after it.
  const { listed, list } = useSessions()
  return (
    <AccountFrame>
      <Protected waiting={<Waiting />}>
        <Account listed={listed} list={list} />
      </Protected>
    </AccountFrame>
  )
}
