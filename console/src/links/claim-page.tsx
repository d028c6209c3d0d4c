import { useAuth } from '@vigile/react'
import { useState } from 'react'
import { RecentSignIn, useAct } from '../account/recent-sign-in.tsx'
import { ConnectionsContext, useLoadedConnections } from '../account/use-connections.ts'
import { FactorsContext, useLoadedFactors } from '../account/use-factors.ts'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { linkToken } from '../navigation/link-token.ts'
import { signInHref, signUpHref } from '../navigation/routes.ts'
import { settings } from '../settings.ts'

type State = 'asking' | 'busy' | 'expired' | 'signedOut' | 'done'

/** What is left to do, by the code of a refusal. */
const states: Readonly<Record<string, State>> = {
  link_expired: 'expired',
  unauthenticated: 'signedOut',
  session_ended: 'signedOut',
}

/**
 * Behind the link that the start of the server showed: makes whoever is signed in the first administrator. Opening it uses nothing up. The
 * token stays on this page: who signs in does so in another tab, and comes back.
 */
export function ClaimPage() {
  const { user } = useAuth()
  return (
    <FactorsContext value={useLoadedFactors()}>
      <ConnectionsContext value={useLoadedConnections()}>
        <RecentSignIn email={user?.email ?? ''}>
          <Claim email={user?.email} />
        </RecentSignIn>
      </ConnectionsContext>
    </FactorsContext>
  )
}

function Claim({ email }: { email: string | undefined }) {
  const { say } = useMessages()
  const act = useAct()
  const [state, setState] = useState<State>(linkToken ? 'asking' : 'expired')
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const claim = async () => {
    setState('busy')
    setTrouble(null)
    const result = await act(() => send('POST', '/claim', { token: linkToken }))
    if (result.ok) return setState('done')
    const next = states[result.problem.code]
    if (!next) setTrouble(troubleOf(result.problem, []))
    setState(next ?? 'asking')
  }
  const heading = say(state === 'done' ? 'claim.done' : 'claim.heading')
  const isOpen = state !== 'done' && state !== 'expired'
  return (
    <SignedOutFrame title={heading}>
      <div className={styles.stack}>
        <h1 className={styles.heading}>{heading}</h1>
        {state === 'done' && <p className={styles.lead}>{say('claim.doneText')}</p>}
        {state === 'expired' && (
          <Notice kind="care">
            <p>{say('claim.expired')}</p>
          </Notice>
        )}
        {isOpen && (
          <>
            <p>{email === undefined ? say('claim.text') : say('claim.textFor', { email })}</p>
            {state === 'signedOut' && (
              <Notice kind="care">
                <p>{say('claim.signedOut')}</p>
                <p>
                  <a href={signInHref} target="_blank" rel="noopener">
                    {say('signUp.toSignIn')}
                  </a>
                  {settings.signUp && (
                    <>
                      {' · '}
                      <a href={signUpHref} target="_blank" rel="noopener">
                        {say('signUp.title')}
                      </a>
                    </>
                  )}
                </p>
              </Notice>
            )}
            <TroubleSummary trouble={trouble} labels={{}} />
            <Button kind="main" busy={state === 'busy'} busyText={say('claim.busy')} onClick={() => void claim()}>
              {say('claim.submit')}
            </Button>
          </>
        )}
        {!isOpen && (
          <p>
            <a href={settings.accountPath}>{say('changeEmail.toAccount')}</a>
          </p>
        )}
      </div>
    </SignedOutFrame>
  )
}
