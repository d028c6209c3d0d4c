import type { NetworkProblem } from '@vigile/client'
import type { IdentityLinked, OfferedIdentity, Problem } from '@vigile/contract'
import { useAuth } from '@vigile/react'
import { useCallback, useEffect, useState } from 'react'
import { useAct } from '../account/recent-sign-in.tsx'
import { send } from '../forms/send.ts'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import { TroubleSummary } from '../forms/trouble-summary.tsx'
import { Button } from '../look/button.tsx'
import { ButtonLink } from '../look/button-link.tsx'
import { Notice } from '../look/notice.tsx'
import page from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { askedError, askedProvider, connectionsPath, signInToConnectHref } from '../navigation/routes.ts'
import { settings } from '../settings.ts'
import { BothAccounts } from './both-accounts.tsx'
import { forgetHandle, handle } from './handle.ts'
import { mayBeGood, providerCalled, type Why, whyAsked, whyRefused } from './why.ts'

type State = 'asking' | 'offered' | 'busy' | 'done' | 'signedOut' | { readonly why: Why }

/** What went wrong before this page. */
const early: Why | null = whyAsked(askedError) ?? (handle ? null : 'sign_in_expired')

/** The codes of an answer to somebody who is not signed in. */
const isSignedOut = ({ code }: Problem | NetworkProblem) => code === 'unauthenticated' || code === 'session_ended'

export function Consent() {
  const { say } = useMessages()
  const { user } = useAuth()
  const act = useAct()
  const [state, setState] = useState<State>(early ? { why: early } : 'asking')
  const [offer, setOffer] = useState<OfferedIdentity | null>(null)
  const [trouble, setTrouble] = useState<Trouble<never> | null>(null)

  const fail = useCallback((problem: Problem | NetworkProblem) => {
    if (isSignedOut(problem)) return setState('signedOut')
    const why = whyRefused(problem)
    // A reload must not ask for it again.
    if (!mayBeGood(why)) forgetHandle()
    setState({ why })
  }, [])
  // Uses nothing up: it can be asked as often as the page is loaded.
  const ask = useCallback(async () => {
    setState('asking')
    const result = await send<OfferedIdentity>('POST', '/identities/offer', { handle })
    if (!result.ok) return fail(result.problem)
    setOffer(result.value)
    setState('offered')
  }, [fail])
  useEffect(() => {
    if (!early) void ask()
  }, [ask])

  const connect = async () => {
    setState('busy')
    setTrouble(null)
    const result = await act(() => send<IdentityLinked>('POST', '/identities', { handle }))
    if (result.ok) {
      forgetHandle()
      return setState('done')
    }
    const { problem } = result
    if (isSignedOut(problem) || typeof whyRefused(problem) === 'string') return fail(problem)
    setTrouble(troubleOf(problem, []))
    setState('offered')
  }
  // Replaced: the back button should not lead to a question that has been answered.
  const cancel = () => location.replace(connectionsPath)

  const provider = offer?.providerName ?? providerCalled(askedProvider)?.name ?? say('callback.aProvider')
  const isAsking = state === 'offered' || state === 'busy'
  const heading = isAsking
    ? say('link.heading', { provider })
    : state === 'done'
      ? say('link.done', { provider })
      : say('link.failed')
  return (
    <SignedOutFrame title={state === 'asking' ? say('link.title') : heading}>
      <div className={page.stack}>
        {state === 'asking' ? (
          <p className={page.late} role="status">
            {say('link.asking')}
          </p>
        ) : (
          <h1 className={page.heading}>{heading}</h1>
        )}
        {isAsking && offer && user && (
          <>
            <p>{say('link.text', { provider })}</p>
            <BothAccounts offer={offer} user={user} />
            <TroubleSummary trouble={trouble} labels={{}} />
            <div className={page.acts}>
              <Button kind="main" busy={state === 'busy'} busyText={say('link.busy')} onClick={() => void connect()}>
                {say('link.submit')}
              </Button>
              <Button onClick={cancel}>{say('link.cancel')}</Button>
            </div>
          </>
        )}
        {state === 'done' && (
          <>
            <p className={page.lead}>{say('link.doneText')}</p>
            <ButtonLink kind="main" href={connectionsPath}>
              {say('link.toAccount')}
            </ButtonLink>
          </>
        )}
        {state === 'signedOut' && (
          <>
            <Notice kind="care">
              <p>{say('link.signedOut')}</p>
            </Notice>
            <ButtonLink kind="main" href={signInToConnectHref}>
              {say('callback.toSignIn')}
            </ButtonLink>
          </>
        )}
        {typeof state === 'object' && <Failed why={state.why} provider={provider} onRetry={() => void ask()} />}
      </div>
    </SignedOutFrame>
  )
}

function Failed({ why, provider, onRetry }: { why: Why; provider: string; onRetry: () => void }) {
  const { say } = useMessages()
  return (
    <>
      {typeof why === 'string' ? (
        <Notice kind={why === 'cancelled' ? 'note' : 'care'}>
          <p>{say(`callback.why.${why}`, { provider, name: settings.name })}</p>
        </Notice>
      ) : (
        <>
          <TroubleSummary trouble={troubleOf(why, [])} labels={{}} />
          {mayBeGood(why) && <Button onClick={onRetry}>{say('trouble.retry')}</Button>}
        </>
      )}
      <ButtonLink kind="main" href={connectionsPath}>
        {say('link.toAccount')}
      </ButtonLink>
    </>
  )
}
