import type { User } from '@vigile/contract'
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
import { signInHref } from '../navigation/routes.ts'
import { settings } from '../settings.ts'

type State = 'asking' | 'busy' | 'expired' | 'signedOut' | 'otherAccount' | { readonly email: string }

/** What is left to do, by the code of a refusal. */
const states: Readonly<Record<string, State>> = {
  link_expired: 'expired',
  unauthenticated: 'signedOut',
  session_ended: 'signedOut',
  permission_denied: 'otherAccount',
}

/**
 * Behind the link that came to a new address. It works only where the account that asked is signed in: whoever is sent such a link
 * by a stranger binds nothing to their address (H-3). Opening it uses nothing up (ACC-4). Long after the sign-in, the dialog of the
 * account page asks for it first (TOK-11).
 */
export function ChangeEmailPage() {
  const { user } = useAuth()
  return (
    <FactorsContext value={useLoadedFactors()}>
      <ConnectionsContext value={useLoadedConnections()}>
        <RecentSignIn email={user?.email ?? ''}>
          <Confirm />
        </RecentSignIn>
      </ConnectionsContext>
    </FactorsContext>
  )
}

function Confirm() {
  const { say } = useMessages()
  const act = useAct()
  const [state, setState] = useState<State>(linkToken ? 'asking' : 'expired')
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)
  const confirm = async () => {
    setState('busy')
    setTrouble(null)
    const result = await act(() => send<{ user: User }>('POST', '/email/change/confirm', { token: linkToken }))
    if (result.ok) return setState({ email: result.value.user.email })
    const next = states[result.problem.code]
    if (!next) setTrouble(troubleOf(result.problem, []))
    setState(next ?? 'asking')
  }
  const heading = typeof state === 'object' ? say('changeEmail.done') : say('changeEmail.heading')
  return (
    <SignedOutFrame title={heading}>
      <div className={styles.stack}>
        <h1 className={styles.heading}>{heading}</h1>
        {typeof state === 'object' && <p className={styles.lead}>{say('changeEmail.doneText', state)}</p>}
        {(state === 'asking' || state === 'busy') && (
          <>
            <p>{say('changeEmail.text')}</p>
            <TroubleSummary trouble={trouble} labels={{}} />
            <Button
              kind="main"
              busy={state === 'busy'}
              busyText={say('changeEmail.busy')}
              onClick={() => void confirm()}
            >
              {say('changeEmail.submit')}
            </Button>
          </>
        )}
        {(state === 'expired' || state === 'signedOut' || state === 'otherAccount') && (
          <Notice kind="care">
            <p>{say(`changeEmail.${state}`)}</p>
          </Notice>
        )}
        {state !== 'asking' && state !== 'busy' && (
          <p>
            <a href={state === 'signedOut' ? signInHref : settings.accountPath}>
              {say(state === 'signedOut' ? 'signUp.toSignIn' : 'changeEmail.toAccount')}
            </a>
          </p>
        )}
      </div>
    </SignedOutFrame>
  )
}
