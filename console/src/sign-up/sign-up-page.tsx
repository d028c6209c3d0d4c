import { useEffect, useState } from 'react'
import { client } from '../client.ts'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { goOn, signInHref } from '../navigation/routes.ts'
import { settings } from '../settings.ts'
import { OtherWays } from '../sign-in/other-ways.tsx'
import { CheckMail } from './check-mail.tsx'
import { SignUpForm } from './sign-up-form.tsx'

export function SignUpPage() {
  const { say } = useMessages()
  const [mailedTo, setMailedTo] = useState<string | null>(null)
  useEffect(() => client.onSessionStart(goOn), [])
  return (
    <SignedOutFrame title={say(mailedTo === null ? 'signUp.title' : 'signUp.checkMail')}>
      {mailedTo !== null ? (
        <CheckMail email={mailedTo} onStartAgain={() => setMailedTo(null)} />
      ) : (
        <div className={styles.stack}>
          <h1 className={styles.heading}>
            {settings.signUp ? say('signUp.heading', { name: settings.name }) : say('signUp.closed')}
          </h1>
          {settings.signUp ? <SignUpForm onMailSent={setMailedTo} /> : <p>{say('signUp.closedText')}</p>}
          {settings.signUp && <OtherWays />}
          <p className={styles.other}>
            {say('signUp.known')} <a href={signInHref}>{say('signUp.toSignIn')}</a>
          </p>
        </div>
      )}
    </SignedOutFrame>
  )
}
