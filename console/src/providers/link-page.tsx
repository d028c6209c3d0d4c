import { useAuth } from '@vigile/react'
import { RecentSignIn } from '../account/recent-sign-in.tsx'
import { ConnectionsContext, useLoadedConnections } from '../account/use-connections.ts'
import { FactorsContext, useLoadedFactors } from '../account/use-factors.ts'
import { Consent } from './consent.tsx'

/**
 * Where a provider sent somebody home to who connects an account there: it says which account it is, and waits for a click. Signed in
 * long ago, the dialog of the account page comes first (TOK-11).
 */
export function LinkPage() {
  const { user } = useAuth()
  return (
    <FactorsContext value={useLoadedFactors()}>
      <ConnectionsContext value={useLoadedConnections()}>
        <RecentSignIn email={user?.email ?? ''}>
          <Consent />
        </RecentSignIn>
      </ConnectionsContext>
    </FactorsContext>
  )
}
