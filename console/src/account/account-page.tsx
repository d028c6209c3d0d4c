import type { User } from '@vigile/contract'
import { Protected, useAuth } from '@vigile/react'
import { AccountFrame } from './account-frame.tsx'
import { ChangePassword } from './change-password.tsx'
import { CloseAccount } from './close-account.tsx'
import { Email } from './email.tsx'
import { ExportData } from './export-data.tsx'
import { Failed } from './failed.tsx'
import { Loading } from './loading.tsx'
import { Passkeys } from './passkeys.tsx'
import { Profile } from './profile.tsx'
import { RecentSignIn } from './recent-sign-in.tsx'
import { Sessions } from './sessions.tsx'
import { TwoStep } from './two-step.tsx'
import { FactorsContext, useLoadedFactors } from './use-factors.ts'
import { SessionListContext, useSessionList, useSessions } from './use-sessions.ts'

/** While it is not known who is signed in, or cannot be known. */
function Waiting() {
  const { problem, reload } = useAuth()
  return problem ? <Failed problem={problem} onRetry={reload} /> : <Loading />
}

/** One section a file. Their order here is that of the list beside them (account-frame.tsx). */
function Account({ user }: { user: User }) {
  const { reload } = useAuth()
  const { list } = useSessionList()
  const factors = useLoadedFactors()
  const onChange = async () => {
    await Promise.all([reload(), list()])
  }
  return (
    <FactorsContext value={factors}>
      <RecentSignIn email={user.email}>
        <Profile user={user} onChange={reload} />
        <Email user={user} />
        <ChangePassword email={user.email} onChange={onChange} />
        <TwoStep />
        <Passkeys />
        <Sessions />
        <ExportData />
        <CloseAccount email={user.email} />
      </RecentSignIn>
    </FactorsContext>
  )
}

function SignedIn() {
  const { user } = useAuth()
  return user ? <Account user={user} /> : <Loading />
}

export function AccountPage() {
  // Asked for together with who is signed in, not after it.
  const sessions = useSessions()
  return (
    <AccountFrame>
      <Protected waiting={<Waiting />}>
        <SessionListContext value={sessions}>
          <SignedIn />
        </SessionListContext>
      </Protected>
    </AccountFrame>
  )
}
