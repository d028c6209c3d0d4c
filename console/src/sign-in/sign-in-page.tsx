import { useAuth } from '@vigile/react'
import { useEffect, useState } from 'react'
import { client } from '../client.ts'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { becauseOf } from '../messages/because.ts'
import { useMessages } from '../messages/i18n.ts'
import { askedBecause, forgotHref, goOn, magicLinkHref, signUpHref } from '../navigation/routes.ts'
import { hasSessionHint } from '../navigation/session-hint.ts'
import { hasPasskeys } from '../passkeys/support.ts'
import { settings } from '../settings.ts'
import { OtherWays } from './other-ways.tsx'
import { PasskeySignIn } from './passkey-sign-in.tsx'
import { SignInForm } from './sign-in-form.tsx'

/** The account asked for a fresh sign-in: whoever is signed in stays on this page. */
const again = askedBecause === 'reauthentication_required'
/** A slow server must not keep people from the form. */
const longestAskMs = 3000

/** @param props.email who is to sign in again, if that is known */
function Asked({ email = '' }: { email?: string | undefined }) {
  const { say } = useMessages()
  const because = becauseOf(askedBecause, client.endReason())
  return (
    <>
      {because && (
        <Notice kind={because === 'reuse' ? 'care' : 'note'}>
          <p>{say(`because.${because}`)}</p>
        </Notice>
      )}
      <SignInForm email={email} />
      {settings.magicLink && (
        <p className={styles.other}>
          <a href={magicLinkHref}>{say('signIn.byLink')}</a>
        </p>
      )}
      {settings.mail && (
        <p className={styles.other}>
          <a href={forgotHref}>{say('signIn.forgot')}</a>
        </p>
      )}
      <OtherWays again={again}>{hasPasskeys && <PasskeySignIn />}</OtherWays>
      {!hasPasskeys && <p className={styles.other}>{say('passkeySignIn.unsupported')}</p>}
      {settings.signUp && !again && (
        <p className={styles.other}>
          {say('signIn.newHere')} <a href={signUpHref}>{say('signIn.toSignUp')}</a>
        </p>
      )}
    </>
  )
}

/** Looks for a live session first, and goes on with it. */
function LookedFor() {
  const { say } = useMessages()
  const { status, user, problem } = useAuth()
  const [shown, setShown] = useState(false)
  const found = status === 'signed-in' && !again
  // Once shown, the form stays: someone may be typing.
  if (!shown && !found && (status !== 'loading' || problem)) setShown(true)
  useEffect(() => {
    if (found) goOn()
  }, [found])
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), longestAskMs)
    return () => clearTimeout(timer)
  }, [])
  if (shown) return <Asked email={user?.email} />
  return (
    <p className={styles.late} role="status">
      {say('signIn.asking')}
    </p>
  )
}

/** Where this browser surely has no session, there is nothing to look for. */
const mayBeSignedIn = hasSessionHint(document.cookie, settings.app)

export function SignInPage() {
  const { say } = useMessages()
  // Signed in from another tab meanwhile. Where a fresh sign-in is asked for, only this page's own will do.
  useEffect(() => (again ? undefined : client.onSessionStart(goOn)), [])
  return (
    <SignedOutFrame title={say('signIn.title')}>
      <div className={styles.stack}>
        <h1 className={styles.heading}>{say('signIn.heading', { name: settings.name })}</h1>
        {mayBeSignedIn ? <LookedFor /> : <Asked />}
      </div>
    </SignedOutFrame>
  )
}
