import type { User } from '@vigile/contract'
import { Protected, useAuth } from '@vigile/react'
import { type ReactNode, useEffect } from 'react'
import { Boundary } from '../look/boundary.tsx'
import { useMessages } from '../messages/i18n.ts'
import { AccountFrame } from './account-frame.tsx'
import { CloseAccount } from './close-account.tsx'
import { Connections } from './connections.tsx'
import { Email } from './email.tsx'
import { ExportData } from './export-data.tsx'
import { Failed } from './failed.tsx'
import { Loading } from './loading.tsx'
import { Passkeys } from './passkeys.tsx'
import { Password } from './password.tsx'
import { Profile } from './profile.tsx'
import { RecentSignIn } from './recent-sign-in.tsx'
import { Section } from './section.tsx'
import { type SectionId, sections } from './sections.ts'
import { Sessions } from './sessions.tsx'
import { TwoStep } from './two-step.tsx'
import { ConnectionsContext, useLoadedConnections } from './use-connections.ts'
import { FactorsContext, useLoadedFactors } from './use-factors.ts'
import { SessionListContext, useSessionList, useSessions } from './use-sessions.ts'

/** While it is not known who is signed in, or cannot be known. */
function Waiting() {
  const { problem, reload } = useAuth()
  return problem ? <Failed problem={problem} onRetry={reload} /> : <Loading />
}

/** A section that fails leaves its heading, and the others. */
function Part({ id, children }: { id: SectionId; children: ReactNode }) {
  const { say } = useMessages()
  const around = (notice: ReactNode) => (
    <Section id={id} title={say(`${id}.title`)} text={say(`${id}.text`)}>
      {notice}
    </Section>
  )
  return <Boundary around={around}>{children}</Boundary>
}

/** One section a file. Their order here is that of the list beside them (account-frame.tsx). */
function Account({ user }: { user: User }) {
  const { reload } = useAuth()
  const { list } = useSessionList()
  const factors = useLoadedFactors()
  const connections = useLoadedConnections()
  // The browser looked for the section before it was here.
  useEffect(() => {
    if (location.hash !== '') document.getElementById(location.hash.slice(1))?.scrollIntoView()
  }, [])
  const onChange = async () => {
    await Promise.all([reload(), list()])
  }
  return (
    <FactorsContext value={factors}>
      <ConnectionsContext value={connections}>
        <RecentSignIn email={user.email}>
          <Part id="profile">
            <Profile user={user} onChange={reload} />
          </Part>
          <Part id="email">
            <Email user={user} />
          </Part>
          <Part id="password">
            <Password email={user.email} onChange={onChange} />
          </Part>
          <Part id="twoStep">
            <TwoStep />
          </Part>
          <Part id="passkeys">
            <Passkeys />
          </Part>
          {sections.includes('connections') && (
            <Part id="connections">
              <Connections />
            </Part>
          )}
          <Part id="sessions">
            <Sessions />
          </Part>
          <Part id="data">
            <ExportData />
          </Part>
          <Part id="deletion">
            <CloseAccount email={user.email} />
          </Part>
        </RecentSignIn>
      </ConnectionsContext>
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
