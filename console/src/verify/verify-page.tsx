import { useState } from 'react'
import { AskForLink } from '../forgot/forgot-page.tsx'
import { Notice } from '../look/notice.tsx'
import styles from '../look/page.module.css'
import { SignedOutFrame } from '../look/signed-out-frame.tsx'
import { useMessages } from '../messages/i18n.ts'
import { linkToken } from '../navigation/link-token.ts'
import { signInHref } from '../navigation/routes.ts'
import { SignInForm } from '../sign-in/sign-in-form.tsx'

/**
 * Behind the link of a letter: the first sign-in proves the address. Opening it uses nothing up (ACC-4), and without the
 * password it opens nothing: an account that a stranger made with somebody's address stays shut (H-3).
 */
export function VerifyPage() {
  const { say } = useMessages()
  const [expired, setExpired] = useState(!linkToken)
  return (
    <SignedOutFrame title={say('verify.heading')}>
      {expired ? (
        <div className={styles.stack}>
          <Notice kind="care">
            <p>
              {say('verify.expired')} <a href={signInHref}>{say('signUp.toSignIn')}</a>
            </p>
          </Notice>
          <AskForLink what="verifyAgain" />
        </div>
      ) : (
        <div className={styles.stack}>
          <h1 className={styles.heading}>{say('verify.heading')}</h1>
          <p>{say('verify.text')}</p>
          <SignInForm email="" verification={linkToken} onLinkExpired={() => setExpired(true)} />
        </div>
      )}
    </SignedOutFrame>
  )
}
