import type { User } from '@vigile/contract'
import { Protected, useAuth } from '@vigile/react'
import { AccountFrame } from './account-frame.tsx'
import { ChangePassword } from './change-password.tsx'
import { Failed } from './failed.tsx'
import { Loading } from './loading.tsx'
import { Profile } from './profile.tsx'
import { RecentSignIn } from './recent-sign-in.tsx'
import { Sessions } from './sessions.tsx'
import { type SessionList, useSessions } from './use-sessions.ts'

/** While it is not known who is signed in, or cannot be known. */
function Waiting() {
  const { problem, reload } = useAuth()
  return problem ? <Failed problem={problem} onRetry={reload} /> : <Loading />
}

/** One section a file. Their order here is that of the list beside them (account-frame.tsx). */
function Account({ user, sessions }: { user: User; sessions: SessionList }) {
  const { reload } = useAuth()
  const onChange = async () => {
    await Promise.all([reload(), sessions.list()])
  }
  return (
    <RecentSignIn email={user.email}>
      <Profile user={user} />
      <ChangePassword email={user.email} onChange={onChange} />
      <Sessions {...sessions} />
    </RecentSignIn>
  )
}

function SignedIn({ sessions }: { sessions: SessionList }) {
  const { user } = useAuth()
  // Another person who signs in in another tab gets a page of their own, with nothing that was typed here.
  return user ? <Account key={user.id} user={user} sessions={sessions} /> : <Loading />
}

export function AccountPage() {
  // Asked for together with who is signed in, not after it.
  const sessions = useSessions()
  return (
    <AccountFrame>
      <Protected waiting={<Waiting />}>
        <SignedIn sessions={sessions} />
      </Protected>
    </AccountFrame>
  )
}
