import { useEffect, useState } from 'react'
import { client, onSessionStart } from '../client.ts'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { knownBecause } from '../messages/because.ts'
import { useMessages } from '../messages/i18n.ts'
import { askedBecause, goOn, signUpHref } from '../navigation/routes.ts'
import { hasSessionHint } from '../navigation/session-hint.ts'
import { settings } from '../settings.ts'
import { SignInForm } from './sign-in-form.tsx'

const because = knownBecause(askedBecause)
/** The account asked for a fresh sign-in: whoever is signed in stays on this page. */
const again = because === 'reauthentication_required'
/** A slow server must not keep people from the form. */
const longestAskMs = 3000

type Asking = { readonly done: boolean; readonly email: string }

/** Looks for a live session, unless this browser surely has none: then there is nothing to sign in to. */
function useLiveSession(): Asking {
  const [asking, setAsking] = useState<Asking>(() => ({
    done: !hasSessionHint(document.cookie, settings.app),
    email: '',
  }))
  useEffect(() => {
    if (asking.done) return
    const showForm = (email = '') => setAsking((now) => (now.done ? now : { done: true, email }))
    const timer = setTimeout(showForm, longestAskMs)
    client.me().then(
      (me) => (me && !again ? goOn() : showForm(me?.user.email)),
      () => showForm(),
    )
    return () => clearTimeout(timer)
  }, [asking.done])
  return asking
}

export function SignInPage() {
  const { say } = useMessages()
  const asking = useLiveSession()
  // Signed in from another tab meanwhile. Where a fresh sign-in is asked for, only this page's own will do.
  useEffect(() => (again ? undefined : onSessionStart(goOn)), [])
  return (
    <SignedOutFrame title={say('signIn.title')}>
      <div className={styles.stack}>
        <h1 className={styles.heading}>{say('signIn.heading', { name: settings.name })}</h1>
        {because && (
          <Notice kind={because === 'reuse' ? 'care' : 'note'}>
            <p>{say(`because.${because}`)}</p>
          </Notice>
        )}
        {asking.done ? (
          <>
            <SignInForm email={asking.email} />
            {settings.signUp && !again && (
              <p className={styles.other}>
                {say('signIn.newHere')} <a href={signUpHref}>{say('signIn.toSignUp')}</a>
              </p>
            )}
          </>
        ) : (
          <p className={styles.late} role="status">
            {say('signIn.asking')}
          </p>
        )}
      </div>
    </SignedOutFrame>
  )
}
