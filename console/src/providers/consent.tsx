import type { NetworkProblem } from '@vigile/client'
import type { IdentityLinked, OfferedIdentity, Problem } from '@vigile/contract'
import { useAuth } from '@vigile/react'
import { useCallback, useEffect, useRef, useState } from 'react'
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
import { BothAccounts } from './both-accounts.tsx'
import { forgetHandle, handle, noteLinked, wasLinked } from './handle.ts'
import { NotConnected } from './not-connected.tsx'
import { startLink } from './start-link.ts'
import { mayBeGood, providerCalled, type Why, whyAsked, whyRefused } from './why.ts'

type State = 'asking' | 'offered' | 'busy' | 'done' | 'signedOut' | { readonly why: Why }

const named = providerCalled(askedProvider)
/** What went wrong before this page. */
const early: Why | null = whyAsked(askedError) ?? (handle ? null : 'sign_in_expired')

const first: State = wasLinked ? 'done' : early ? { why: early } : 'asking'

/** The codes of an answer to somebody who is not signed in. */
const isSignedOut = ({ code }: Problem | NetworkProblem) => code === 'unauthenticated' || code === 'session_ended'

export function Consent() {
  const { say } = useMessages()
  const { user } = useAuth()
  const act = useAct()
  const [state, setState] = useState<State>(first)
  const heading = useRef<HTMLHeadingElement>(null)
  const before = useRef(state)
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
    if (first === 'asking') void ask()
  }, [ask])
  // What was pressed is gone, or the waiting text: the focus would be nowhere, and a screen reader would say nothing. Where the button
  // is still there, the trouble above it is announced.
  useEffect(() => {
    const was = before.current
    before.current = state
    const isWaiting = state === 'asking' || state === 'busy'
    if (state !== was && !isWaiting && !(was === 'busy' && state === 'offered')) heading.current?.focus()
  }, [state])

  const connect = async ({ provider: id }: OfferedIdentity) => {
    setState('busy')
    setTrouble(null)
    const result = await send<IdentityLinked>('POST', '/identities', { handle })
    if (result.ok) {
      noteLinked()
      return setState('done')
    }
    // The handle is good for the session that began, and a sign-in makes another: the way is gone once more, after it.
    const isLate = result.problem.code === 'reauthentication_required'
    const problem = isLate ? await startLink(act, id) : result.problem
    if (!problem) return
    if (isSignedOut(problem) || typeof whyRefused(problem) === 'string') return fail(problem)
    setTrouble(troubleOf(problem, []))
    setState('offered')
  }
  // Replaced: the back button should not lead to a question that has been answered.
  const cancel = () => location.replace(connectionsPath)

  const provider = offer?.providerName ?? named?.name ?? say('callback.aProvider')
  const isAsking = state === 'offered' || state === 'busy'
  // Of what is over it is not known here what came of it.
  const isOver = typeof state === 'object' && state.why === 'sign_in_expired'
  const failed = isOver ? 'link.over' : 'link.failed'
  const words = isAsking ? 'link.heading' : state === 'done' ? 'link.done' : failed
  return (
    <SignedOutFrame title={state === 'asking' ? say('link.title') : say(words, { provider })}>
      <div className={page.stack}>
        {state === 'asking' ? (
          <p className={page.late} role="status">
            {say('link.asking')}
          </p>
        ) : (
          <h1 className={page.heading} ref={heading} tabIndex={-1}>
            {say(words, { provider })}
          </h1>
        )}
        {isAsking && offer && user && (
          <>
            <p>{say('link.text', { provider })}</p>
            <BothAccounts offer={offer} user={user} />
            <TroubleSummary trouble={trouble} labels={{}} />
            <div className={page.acts}>
              <Button
                kind="main"
                busy={state === 'busy'}
                busyText={say('link.busy')}
                onClick={() => void connect(offer)}
              >
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
        {typeof state === 'object' && (
          <NotConnected
            why={state.why}
            provider={named ?? (offer && { id: offer.provider, name: offer.providerName })}
            onAskAgain={() => void ask()}
            onProblem={fail}
          />
        )}
      </div>
    </SignedOutFrame>
  )
}
